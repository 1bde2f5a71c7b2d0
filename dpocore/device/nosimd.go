//go:build !goexperiment.simd || !amd64

package device

// simd reports whether this program was built with GOEXPERIMENT=simd, which speeds up matrix products in pure Go.
const simd = false
