package ggml

import (
	"encoding/binary"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
)

// NF4 is no type of GGUF's: the 4-bit NormalFloat of QLoRA (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314, appendix E). A
// block of 64 values has its largest magnitude, in float32, and for each value the number of the nearest of 16 levels between -1 and
// 1, times that. [Groups.Codes] are these numbers.
var NF4 = Type{Name: "NF4", Block: 64, Bytes: 4 + 32, Group: 64, Bits: 4, Levels: true, decode: fromNF4, encode: toNF4}

func fromNF4(block []byte, to Groups) {
	to.Scales[0] = float32At(block, 0)
	for i, b := range block[4:] {
		to.Codes[2*i], to.Codes[2*i+1] = int8(b&15), int8(b>>4)
	}
}

func toNF4(values []float32, block []byte) {
	scale := abs(extreme(values))
	binary.LittleEndian.PutUint32(block, math.Float32bits(scale))
	level := func(i int) byte { return nearestLevel(values[i] * inverse(scale)) }
	for i := range block[4:] {
		block[4+i] = level(2*i) | level(2*i+1)<<4
	}
}

// nearestLevel is the number of the level that is nearest to a value.
func nearestLevel(value float32) byte {
	at, _ := slices.BinarySearch(nf4.Levels[:], value) // the first level that is not below it
	if at == len(nf4.Levels) || at > 0 && value-nf4.Levels[at-1] < nf4.Levels[at]-value {
		at--
	}
	return byte(at)
}
