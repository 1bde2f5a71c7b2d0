package ggml

import (
	"encoding/binary"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// Quantize returns the values in blocks of the type, as ggml's reference quantizers compute them
// (quantize_row_*_ref in https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c), bit for bit where neither side
// fuses products and sums. The values must fill whole blocks. It is an error for a type that is only read.
func (t Type) Quantize(values []float32) ([]byte, error) {
	size, err := t.Size(len(values))
	if err != nil {
		return nil, err
	}
	if t.encode == nil {
		return nil, fmt.Errorf("this program reads the type %s but does not write it", t.Name)
	}
	raw := make([]byte, size)
	for i := range len(values) / t.Block {
		t.encode(values[i*t.Block:(i+1)*t.Block], raw[i*t.Bytes:(i+1)*t.Bytes])
	}
	return raw, nil
}

func toFloat32(values []float32, to []byte) {
	binary.LittleEndian.PutUint32(to, math.Float32bits(values[0]))
}

func toFloat16(values []float32, to []byte) { putHalf(to, values[0]) }

func toBfloat16(values []float32, to []byte) {
	binary.LittleEndian.PutUint16(to, safetensors.Bfloat16Bits(values[0]))
}

func putHalf(to []byte, value float32) {
	binary.LittleEndian.PutUint16(to, safetensors.Float16Bits(value))
}

// half is a value after its way through float16, as the reader of a block has it.
func half(value float32) float32 {
	var raw [2]byte
	putHalf(raw[:], value)
	return float16At(raw[:], 0)
}

// inverse is 1/x, and 0 for 0.
func inverse(x float32) float32 {
	if x == 0 {
		return 0
	}
	return 1 / x
}

// extreme is the value with the largest magnitude.
func extreme(values []float32) (most float32) {
	for _, v := range values {
		if abs(v) > abs(most) {
			most = v
		}
	}
	return most
}

func bounds(values []float32) (low, high float32) {
	low, high = values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

func abs(x float32) float32 { return float32(math.Abs(float64(x))) }

// putNibbles writes codes of four bits, those of the first 16 values in the low halves.
func putNibbles(to []byte, code func(i int) byte) {
	for i := range 16 {
		to[i] = code(i)&15 | code(i+16)&15<<4
	}
}

// putFives writes codes of five bits: the highest bits first.
func putFives(to []byte, code func(i int) byte) {
	var high uint32
	for i := range 32 {
		high |= uint32(code(i)>>4) << i
	}
	binary.LittleEndian.PutUint32(to, high)
	putNibbles(to[4:], code)
}

func toQ4_0(values []float32, to []byte) {
	d := extreme(values) / -8
	id := inverse(d)
	putHalf(to, d)
	putNibbles(to[2:], func(i int) byte { return min(15, byte(float32(values[i]*id)+8.5)) })
}

func toQ5_0(values []float32, to []byte) {
	d := extreme(values) / -16
	id := inverse(d)
	putHalf(to, d)
	putFives(to[2:], func(i int) byte { return min(31, byte(float32(values[i]*id)+16.5)) })
}

func toQ5_1(values []float32, to []byte) {
	low, high := bounds(values)
	d := (high - low) / 31
	id := inverse(d)
	putHalf(to, d)
	putHalf(to[2:], low)
	putFives(to[4:], func(i int) byte { return min(31, byte(float32((values[i]-low)*id)+0.5)) })
}

func toQ8_0(values []float32, to []byte) {
	d := abs(extreme(values)) / 127
	id := inverse(d)
	putHalf(to, d)
	for i, v := range values {
		to[2+i] = byte(int8(math.Round(float64(float32(v * id)))))
	}
}
