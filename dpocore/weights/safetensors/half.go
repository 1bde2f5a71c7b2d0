package safetensors

import (
	"math"

	"github.com/gomlx/compute/dtypes/bfloat16"
)

// Bit patterns of float32 at the limits of float16, and of special values.
const (
	infinity32   = 0x7f80_0000
	overflow16   = 0x477f_f000 // 65,520, from which on the nearest float16 is infinity
	minNormal    = 0x3880_0000 // 2⁻¹⁴
	quietNaN16   = 0x7e00
	quietNaNBF16 = 0x7fc0
	infinity16   = 0x7c00
)

// Float16Bits rounds to the nearest float16 (IEEE 754 binary16), ties to even, like torch. float16.FromFloat32 of
// gomlx/compute v0.1.3 returns zero for the subnormals, below 2⁻¹⁴.
func Float16Bits(value float32) uint16 {
	bits := math.Float32bits(value)
	sign, size := uint16(bits>>16)&0x8000, bits&0x7fff_ffff
	switch {
	case size > infinity32:
		return sign | quietNaN16
	case size >= overflow16:
		return sign | infinity16
	case size < minNormal: // a multiple of 2⁻²⁴; 1,024 of them are the smallest normal number
		return sign | uint16(math.RoundToEven(math.Ldexp(float64(math.Float32frombits(size)), 24)))
	}
	size += 0xfff + size>>13&1
	return sign | uint16(size>>13-(127-15)<<10)
}

// Bfloat16Bits rounds to the nearest bfloat16, ties to even. NaN stays NaN whatever its payload.
func Bfloat16Bits(value float32) uint16 {
	if value != value {
		return quietNaNBF16
	}
	return bfloat16.FromFloat32(value).Bits()
}
