package safetensors_test

import (
	"math"
	"testing"
)

// TestRounding stores values in 16 bits and reads them back. Each comment says where the value is between its two
// neighbours; ties go to the one whose last bit is 0 (IEEE 754, roundTiesToEven).
func TestRounding(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		dtype    string
		in, want float32
	}{
		// float16 has 10 bits after the point: neighbours of 1 are 2^-10 apart
		{"F16", 1, 1},
		{"F16", 1 + 0x1p-11, 1},                     // tie, 1 is even
		{"F16", 1 + 3*0x1p-11, 1 + 0x1p-9},          // tie, 1+2·2^-10 is even
		{"F16", 1 + 0x1p-11 + 0x1p-20, 1 + 0x1p-10}, // above the tie
		{"F16", 1 + 0x1p-11 - 0x1p-20, 1},           // below the tie
		{"F16", -(1 + 3*0x1p-11), -(1 + 0x1p-9)},    // the sign changes nothing
		{"F16", 2 - 0x1p-11, 2},                     // the carry goes into the exponent
		{"F16", 65504, 65504},                       // the maximum
		{"F16", 65519.996, 65504},                   // below the tie with 65536
		{"F16", 65520, inf},                         // tie: 65536 is even and out of range
		{"F16", -1e10, -inf},
		{"F16", 0x1p-14, 0x1p-14},               // the minimum normal number
		{"F16", 0x1p-14 - 0x1p-25, 0x1p-14},     // tie of the maximum subnormal with it
		{"F16", 1023 * 0x1p-24, 1023 * 0x1p-24}, // the maximum subnormal, steps of 2^-24
		{"F16", 0x1p-15, 0x1p-15},
		{"F16", 3 * 0x1p-24, 3 * 0x1p-24},
		{"F16", 2.5 * 0x1p-24, 2 * 0x1p-24}, // tie, 2 is even
		{"F16", 3.5 * 0x1p-24, 4 * 0x1p-24}, // tie, 4 is even
		{"F16", 2.501 * 0x1p-24, 3 * 0x1p-24},
		{"F16", 0x1p-24, 0x1p-24},         // the minimum
		{"F16", 0x1p-25, 0},               // tie with 0
		{"F16", 1.001 * 0x1p-25, 0x1p-24}, // above that tie
		{"F16", -0x1p-24, -0x1p-24},
		{"F16", 0x1p-140, 0}, // a float32 subnormal
		{"F16", inf, inf},
		{"F16", -inf, -inf},
		// bfloat16 has 7 bits after the point: neighbours of 1 are 2^-7 apart
		{"BF16", 1 + 0x1p-8, 1},                    // tie, 1 is even
		{"BF16", 1 + 3*0x1p-8, 1 + 0x1p-6},         // tie, 1+2·2^-7 is even
		{"BF16", 1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7}, // above the tie
		{"BF16", -(1 + 0x1p-8 - 0x1p-20), -1},      // below the tie
		{"BF16", 2 - 0x1p-8, 2},                    // the carry goes into the exponent
		{"BF16", 0x1.fep127, 0x1.fep127},           // the maximum
		{"BF16", math.MaxFloat32, inf},             // rounds up out of range
		{"BF16", 0x1p-133, 0x1p-133},               // the minimum subnormal
		{"BF16", 1.5 * 0x1p-133, 0x1p-132},         // tie, 2·2^-133 is even
		{"BF16", 0x1p-134, 0},                      // tie with 0
		{"BF16", inf, inf},
		{"BF16", -inf, -inf},
	} {
		if got := store(t, c.dtype, c.in)[0]; got != c.want {
			t.Errorf("%s: %g (%x) became %x, want %x", c.dtype, c.in, c.in, got, c.want)
		}
	}
}

// TestNoNumberStaysNone stores NaNs, one of them with its mark in the lowest bit alone, which 16 bits cut off.
func TestNoNumberStaysNone(t *testing.T) {
	for _, dtype := range []string{"F32", "F16", "BF16"} {
		for _, bits := range []uint32{0x7fc00000, 0x7f800001, 0xffffffff} {
			if got := store(t, dtype, math.Float32frombits(bits))[0]; got == got {
				t.Errorf("%s: the NaN %x became %g", dtype, bits, got)
			}
		}
		zero := float32(math.Copysign(0, -1))
		if got := store(t, dtype, zero)[0]; got != 0 || !math.Signbit(float64(got)) {
			t.Errorf("%s: −0 became %g", dtype, got)
		}
	}
}

// TestEvery16BitsSurvive reads each 16-bit number as float32, by the formula (−1)^sign·2^(exponent−bias)·1.mantissa, and
// writes it back.
func TestEvery16BitsSurvive(t *testing.T) {
	for _, c := range []struct {
		dtype         string
		mantissa      int // bits
		bias, special int
	}{{"F16", 10, 15, 31}, {"BF16", 7, 127, 255}} {
		var want []float32
		for bits := range 1 << 16 {
			exponent := bits >> c.mantissa & c.special
			fraction := float64(bits&(1<<c.mantissa-1)) / float64(int(1)<<c.mantissa)
			value := math.Ldexp(1+fraction, exponent-c.bias)
			if exponent == 0 {
				value = math.Ldexp(fraction, 1-c.bias)
			}
			if exponent == c.special {
				continue // infinity and NaN have separate tests
			}
			if bits>>15 == 1 {
				value = -value
			}
			want = append(want, float32(value))
		}
		for i, got := range store(t, c.dtype, want...) {
			if math.Float32bits(got) != math.Float32bits(want[i]) {
				t.Fatalf("%s: %x became %x", c.dtype, want[i], got)
			}
		}
	}
}
