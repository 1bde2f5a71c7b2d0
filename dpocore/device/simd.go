//go:build goexperiment.simd && amd64

package device

// simd says whether this program was built with GOEXPERIMENT=simd, which pure Go multiplies matrices with.
const simd = true
