// Package ggml decodes the tensor types of GGUF files, and encodes some. A quantized tensor is stored in blocks of 32 or 256 values; each group
// of 16 or 32 values in a block has a scale, in some types a minimum too, and a small integer for each value, its code:
//
//	value = scale·code + minimum
//
// Start with [Find], [Type.Decode] and [Type.Quantize]. The formats are those of ggml
// (https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h).
package ggml

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes/float16"
)

// Type is a tensor type.
type Type struct {
	ID    uint32 // in a GGUF file
	Name  string
	Block int // values in a block; 1 for types that are not quantized
	Bytes int // of a block

	// For quantized types only.
	Group  int  // values that share a scale: 16 or 32
	Bits   int  // that a code needs: 4 or 8
	Signed bool // codes of 4 bits are -8 to 7, and not 0 to 15
	Mins   bool // groups have a minimum
	Half   bool // scales and minima are exact in float16
	Levels bool // codes are numbers of the levels of NF4

	decode  func(block []byte, to Groups) // quantized types
	convert func(raw []byte, i int) float32
	encode  func(values []float32, block []byte) // a block; nil for types that are only read
}

// Groups are values as codes, with a scale for each group, and a minimum if the type has any.
type Groups struct {
	Codes        []int8
	Scales, Mins []float32
}

// types lists what this package reads.
var types = []Type{
	{ID: 0, Name: "F32", Block: 1, Bytes: 4, convert: float32At, encode: toFloat32},
	{ID: 1, Name: "F16", Block: 1, Bytes: 2, convert: float16At, encode: toFloat16},
	{ID: 30, Name: "BF16", Block: 1, Bytes: 2, convert: bfloat16At, encode: toBfloat16},
	{ID: 2, Name: "Q4_0", Block: 32, Bytes: 18, Group: 32, Bits: 4, Signed: true, Half: true, decode: q4_0, encode: toQ4_0},
	{ID: 3, Name: "Q4_1", Block: 32, Bytes: 20, Group: 32, Bits: 4, Mins: true, Half: true, decode: q4_1},
	{ID: 6, Name: "Q5_0", Block: 32, Bytes: 22, Group: 32, Bits: 8, Half: true, decode: q5_0, encode: toQ5_0},
	{ID: 7, Name: "Q5_1", Block: 32, Bytes: 24, Group: 32, Bits: 8, Mins: true, Half: true, decode: q5_1, encode: toQ5_1},
	{ID: 8, Name: "Q8_0", Block: 32, Bytes: 34, Group: 32, Bits: 8, Half: true, decode: q8_0, encode: toQ8_0},
	{ID: 10, Name: "Q2_K", Block: 256, Bytes: 84, Group: 16, Bits: 4, Mins: true, decode: q2_K},
	{ID: 11, Name: "Q3_K", Block: 256, Bytes: 110, Group: 16, Bits: 4, Signed: true, decode: q3_K},
	{ID: 12, Name: "Q4_K", Block: 256, Bytes: 144, Group: 32, Bits: 4, Mins: true, decode: q4_K, encode: toQ4_K},
	{ID: 13, Name: "Q5_K", Block: 256, Bytes: 176, Group: 32, Bits: 8, Mins: true, decode: q5_K, encode: toQ5_K},
	{ID: 14, Name: "Q6_K", Block: 256, Bytes: 210, Group: 16, Bits: 8, decode: q6_K, encode: toQ6_K},
	{ID: 20, Name: "IQ4_NL", Block: 32, Bytes: 18, Group: 32, Bits: 8, Half: true, decode: iq4_NL},
	{ID: 23, Name: "IQ4_XS", Block: 256, Bytes: 136, Group: 32, Bits: 8, decode: iq4_XS},
	{ID: 39, Name: "MXFP4", Block: 32, Bytes: 17, Group: 32, Bits: 8, decode: mxfp4},
}

// Find returns the type with an ID.
func Find(id uint32) (Type, bool) {
	for _, t := range types {
		if t.ID == id {
			return t, true
		}
	}
	return Type{}, false
}

// Named returns the type with a name, such as Q4_K.
func Named(name string) Type {
	if name == NF4.Name {
		return NF4
	}
	i := slices.IndexFunc(types, func(t Type) bool { return t.Name == name })
	return types[i]
}

// Names lists the types for messages.
func Names() string {
	var names []string
	for _, t := range types {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// Quantized reports whether the type has codes and scales.
func (t Type) Quantized() bool { return t.Block > 1 }

// Size is the number of bytes of some values, which must fill whole blocks.
func (t Type) Size(values int) (bytes int, err error) {
	if values%t.Block != 0 {
		return 0, fmt.Errorf("%d values do not fill blocks of %d", values, t.Block)
	}
	return values / t.Block * t.Bytes, nil
}

// Decode returns the groups of the values in raw, which are whole blocks of a quantized type.
func (t Type) Decode(raw []byte) Groups {
	blocks := len(raw) / t.Bytes
	groups := t.Block / t.Group
	all := Groups{Codes: make([]int8, blocks*t.Block), Scales: make([]float32, blocks*groups)}
	if t.Mins {
		all.Mins = make([]float32, blocks*groups)
	}
	for i := range blocks {
		one := Groups{Codes: all.Codes[i*t.Block : (i+1)*t.Block], Scales: all.Scales[i*groups : (i+1)*groups]}
		if t.Mins {
			one.Mins = all.Mins[i*groups : (i+1)*groups]
		}
		t.decode(raw[i*t.Bytes:(i+1)*t.Bytes], one)
	}
	return all
}

// Float32 returns the values in raw.
func (t Type) Float32(raw []byte) []float32 {
	values := make([]float32, len(raw)/t.Bytes*t.Block)
	if t.Quantized() {
		groups := t.Decode(raw)
		for i := range groups.Scales {
			groups.widen(values[i*t.Group:(i+1)*t.Group], i, t.Group)
		}
		return values
	}
	for i := range values {
		values[i] = t.convert(raw, i)
	}
	return values
}

// widen computes the values of group i.
func (g Groups) widen(values []float32, i, size int) {
	scale := g.Scales[i]
	for j, code := range g.Codes[i*size : (i+1)*size] { // no levels: those are in no file of GGUF's
		values[j] = float32(scale * float32(code)) // the conversion keeps the product apart from the sum below
	}
	if g.Mins == nil {
		return
	}
	for j := range values {
		values[j] += g.Mins[i]
	}
}

func float32At(raw []byte, i int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
}

func float16At(raw []byte, i int) float32 {
	return float16.FromBits(binary.LittleEndian.Uint16(raw[2*i:])).Float32()
}

func bfloat16At(raw []byte, i int) float32 {
	return math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
}
