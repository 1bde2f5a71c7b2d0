// Package dropout sets a share of a matrix's values to zero, at random, and divides the others by what remains, as PEFT's
// lora_dropout does with the input of each factor A while a model trains (Srivastava et al. 2014,
// https://jmlr.org/papers/v15/srivastava14a.html). The values are drawn by their place from a seed, so that a backward pass, or a
// forward pass that is computed again, drops the same ones.
package dropout

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Inputs are those of a graph with dropout.
type Inputs[T any] struct {
	Seeds     T // [2] uint32
	Threshold T // [] uint32: a value is dropped if its 32 random bits are below
	Gain      T // [] float32: the factor of the others
}

// Fields lists the inputs in the order in which graphs take them.
func (d *Inputs[T]) Fields() []*T { return []*T{&d.Seeds, &d.Threshold, &d.Gain} }

// Of are the inputs of a graph for a rate above 0 and below 1.
func Of(rate float64, seed uint64) *Inputs[*tensors.Tensor] {
	return &Inputs[*tensors.Tensor]{
		Seeds:     tensors.FromFlatDataAndDimensions([]uint32{uint32(seed), uint32(seed >> 32)}, 2),
		Threshold: tensors.FromScalar(uint32(rate * (1 << 32))),
		Gain:      tensors.FromScalar(float32(1 / (1 - rate))),
	}
}

// MixSeed is a seed that depends on another one and on a number, and tells nothing about either (the finalizer of SplitMix64,
// Steele et al. 2014, https://doi.org/10.1145/2660193.2660195).
func MixSeed(seed, number uint64) uint64 {
	x := seed + (number+1)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Mask is the factors of the values of x [rows, columns]. Each number draws another one.
func Mask(d *Inputs[*Node], x *Node, number uint64) *Node {
	graph := x.Graph()
	wide := func(scalar *Node) *Node { return BroadcastToDims(scalar, x.Shape().Dimensions...) }
	seed := func(i int) *Node { return Reshape(Slice(d.Seeds, AxisElem(i))) }
	place := IotaFull(graph, shapes.Make(dtypes.Uint32, x.Shape().Dimensions...))
	first := Add(seed(0), Const(graph, uint32(MixSeed(0, number))))
	kept := GreaterOrEqual(scramble(place, wide(first), wide(seed(1))), wide(d.Threshold))
	return Where(kept, wide(d.Gain), ZerosLike(x))
}

// scramble returns 32 random bits for each number of x, uint32 like the seeds: rounds of multiplication and shift as in
// MurmurHash3's finalizer.
func scramble(x, first, second *Node) *Node {
	shifted := func(x *Node, by uint32) *Node { return BitwiseXor(x, BitwiseShiftRightLogicalScalar(x, by)) }
	times := func(x *Node, factor uint32) *Node {
		return Mul(x, BroadcastToDims(Const(x.Graph(), factor), x.Shape().Dimensions...))
	}
	x = shifted(times(BitwiseXor(x, first), 0x9E3779B1), 16)
	x = shifted(times(BitwiseXor(x, second), 0x85EBCA6B), 13)
	return shifted(times(x, 0xC2B2AE35), 16)
}
