package ggml

import (
	"encoding/binary"
	"math"
)

// The types with blocks of 32 values: a scale in float16, a minimum in some, and the codes. The low four bits of the bytes
// are of the first 16 values, the high ones of the others.

// nibbles calls put with each index and four bits of 16 bytes.
func nibbles(bytes []byte, put func(i int, bits byte)) {
	for i, b := range bytes[:16] {
		put(i, b&15)
		put(i+16, b>>4)
	}
}

func q4_0(block []byte, to Groups) {
	to.Scales[0] = float16At(block, 0)
	nibbles(block[2:], func(i int, bits byte) { to.Codes[i] = int8(bits) - 8 })
}

func q4_1(block []byte, to Groups) {
	to.Scales[0], to.Mins[0] = float16At(block, 0), float16At(block, 1)
	nibbles(block[4:], func(i int, bits byte) { to.Codes[i] = int8(bits) })
}

// fives reads codes of five bits: the highest bits are in the first four bytes.
func fives(bytes []byte, put func(i int, bits byte)) {
	high := binary.LittleEndian.Uint32(bytes)
	nibbles(bytes[4:], func(i int, bits byte) { put(i, bits|byte(high>>i&1)<<4) })
}

func q5_0(block []byte, to Groups) {
	to.Scales[0] = float16At(block, 0)
	fives(block[2:], func(i int, bits byte) { to.Codes[i] = int8(bits) - 16 })
}

func q5_1(block []byte, to Groups) {
	to.Scales[0], to.Mins[0] = float16At(block, 0), float16At(block, 1)
	fives(block[4:], func(i int, bits byte) { to.Codes[i] = int8(bits) })
}

func q8_0(block []byte, to Groups) {
	to.Scales[0] = float16At(block, 0)
	for i, b := range block[2:] {
		to.Codes[i] = int8(b)
	}
}

// nonlinear are the codes of IQ4_NL and IQ4_XS, denser around zero.
var nonlinear = [16]int8{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}

func iq4_NL(block []byte, to Groups) {
	to.Scales[0] = float16At(block, 0)
	nibbles(block[2:], func(i int, bits byte) { to.Codes[i] = nonlinear[bits] })
}

// microscaled are the codes of MXFP4 (https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf):
// the numbers of E2M1, doubled.
var microscaled = [16]int8{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}

func mxfp4(block []byte, to Groups) {
	to.Scales[0] = halfPower(block[0])
	nibbles(block[1:], func(i int, bits byte) { to.Codes[i] = microscaled[bits] })
}

// halfPower is half of an E8M0 number, 2^(exponent-128).
func halfPower(exponent byte) float32 { return float32(math.Ldexp(1, int(exponent)-128)) }
