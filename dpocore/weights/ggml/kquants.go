package ggml

import "encoding/binary"

// The types with blocks of 256 values: the block has a scale in float16 (and one for the minima), by which the small integer
// scales of its groups are multiplied.

// q2_K: the codes of 128 values are in 32 bytes, two bits for each of four runs of 32 values.
func q2_K(block []byte, to Groups) {
	scales, codes, d, dmin := block[:16], block[16:80], float16At(block[80:], 0), float16At(block[80:], 1)
	for i, s := range scales {
		to.Scales[i], to.Mins[i] = d*float32(s&15), -(dmin * float32(s>>4))
	}
	for i := range to.Codes {
		to.Codes[i] = int8(codes[i/128*32+i%32] >> (i % 128 / 32 * 2) & 3)
	}
}

// q3_K: as Q2_K, with a third bit for each value, which is a bit of the 32 bytes of masks. Where it is 0, the code is less
// by 4.
func q3_K(block []byte, to Groups) {
	mask, codes, packed, d := block[:32], block[32:96], block[96:108], float16At(block[108:], 0)
	for i := range to.Scales {
		low := packed[i%8] >> (i / 8 * 4) & 15
		high := packed[8+i%4] >> (i / 4 * 2) & 3
		to.Scales[i] = d * float32(int8(low|high<<4)-32)
	}
	for i := range to.Codes {
		code := int8(codes[i/128*32+i%32] >> (i % 128 / 32 * 2) & 3)
		if mask[i%32]>>(i/32)&1 == 0 {
			code -= 4
		}
		to.Codes[i] = code
	}
}

// sixBits unpacks the eight scales and the eight minima of Q4_K and Q5_K, six bits each.
func sixBits(packed []byte, i int) (scale, minimum byte) {
	if i < 4 {
		return packed[i] & 63, packed[i+4] & 63
	}
	return packed[i+4]&15 | packed[i-4]>>6<<4, packed[i+4]>>4 | packed[i]>>6<<4
}

// superBlock reads the scales and minima of Q4_K and Q5_K.
func superBlock(block []byte, to Groups) {
	d, dmin := float16At(block, 0), float16At(block, 1)
	for i := range to.Scales {
		scale, minimum := sixBits(block[4:16], i)
		to.Scales[i], to.Mins[i] = d*float32(scale), -(dmin * float32(minimum))
	}
}

// q4_K: 32 bytes have two runs of 32 values, first the low four bits and then the high ones.
func q4_K(block []byte, to Groups) {
	superBlock(block, to)
	codes := block[16:]
	for i := range to.Codes {
		to.Codes[i] = int8(codes[i/64*32+i%32] >> (i % 64 / 32 * 4) & 15)
	}
}

// q5_K: as Q4_K, with a fifth bit for each value: bit n of 32 bytes is of run n.
func q5_K(block []byte, to Groups) {
	superBlock(block, to)
	high, codes := block[16:48], block[48:]
	for i := range to.Codes {
		to.Codes[i] = int8(codes[i/64*32+i%32]>>(i%64/32*4)&15 | high[i%32]>>(i/32)&1<<4)
	}
}

// q6_K: of each 128 values, 64 bytes have the low four bits, those of the first 64 in their low half, and 32 bytes the high
// two bits of four runs of 32.
func q6_K(block []byte, to Groups) {
	low, high, scales, d := block[:128], block[128:192], block[192:208], float16At(block[208:], 0)
	for i, s := range scales {
		to.Scales[i] = d * float32(int8(s))
	}
	for i := range to.Codes {
		bits := low[i/128*64+i%64] >> (i % 128 / 64 * 4) & 15
		bits |= high[i/128*32+i%32] >> (i % 128 / 32 * 2) & 3 << 4
		to.Codes[i] = int8(bits) - 32
	}
}

// iq4_XS: blocks of IQ4_NL whose scales have six bits, four of them in bytes and two in a word.
func iq4_XS(block []byte, to Groups) {
	d, high, low := float16At(block, 0), binary.LittleEndian.Uint16(block[2:]), block[4:8]
	for i := range to.Scales {
		scale := low[i/2]>>(i%2*4)&15 | byte(high>>(2*i)&3)<<4
		to.Scales[i] = d * float32(int8(scale)-32)
		nibbles(block[8+16*i:], func(j int, bits byte) { to.Codes[32*i+j] = nonlinear[bits] })
	}
}
