// Package packed widens quantized matrices inside a graph.
//
// A quantized matrix [in, out] is two parameters of a graph, its codes and its scales, and every group of its rows has a
// scale for each column:
//
//	value = scale·code + minimum
//
//	codes   [groups, group, out] int8, or two of four bits in a byte [groups, group/2, out] uint8: the low bits are of the
//	        first half of the group's rows
//	scales  [1, groups, out] or, with the minima, [2, groups, out], float16 or float32
//
// The embedding and the vocabulary matrix [rows, in] have each row's values together:
//
//	codes   [rows, groups, group] int8, or [rows, groups, group/2] uint8
//	scales  [rows, 1, groups] or, with the minima, [rows, 2, groups]
//
// Codes of NF4 are numbers of its 16 levels, four in a uint16, the lowest bits of the first quarter of the group, with group/4 in
// place of group/2, and the value is scale·level.
//
// Other codes of four bits are -8 to 7, stored as 0 to 15, without minima, and 0 to 15 with them. Weights are widened inside the
// graph that multiplies by them: the products are those of widened weights, and a layer's are in memory one at a time, and the vocabulary's in blocks of rows.
package packed

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
)

// fourBitOffset is subtracted from stored codes of four bits without minima.
const fourBitOffset = 8

// Matrix is the matrix [in, out] of codes and scales, in float32.
func Matrix(codes, scales *Node) *Node {
	groups, rows, out := codes.Shape().Dim(0), codes.Shape().Dim(1), codes.Shape().Dim(2)
	var each []*Node
	for i := range scales.Shape().Dim(0) {
		each = append(each, Reshape(Slice(scales, AxisElem(i)), groups, 1, 1, out))
	}
	values := widen(Reshape(codes, groups, 1, rows, out), each)
	return Reshape(values, values.Shape().Size()/out, out)
}

// Rows is rows [rows, in] of codes and scales, in float32.
func Rows(codes, scales *Node) *Node {
	rows, groups, size := codes.Shape().Dim(0), codes.Shape().Dim(1), codes.Shape().Dim(2)
	var each []*Node
	for i := range scales.Shape().Dim(1) {
		each = append(each, Reshape(SliceAxis(scales, 1, AxisElem(i)), rows*groups, 1, 1, 1))
	}
	values := widen(Reshape(codes, rows*groups, 1, size, 1), each)
	return Reshape(values, rows, values.Shape().Size()/rows)
}

// level returns the levels of NF4 by their numbers, any shape: a tree of choices, one of the four bits at a time, which is vectorized
// where looking values up is not.
func level(numbers *Node) *Node {
	list := make([]*Node, len(nf4.Levels))
	for i, value := range nf4.Levels {
		list[i] = BroadcastToShape(Scalar(numbers.Graph(), dtypes.Float32, value), shapes.Make(dtypes.Float32, numbers.Shape().Dimensions...))
	}
	for bit := 1; len(list) > 1; bit *= 2 {
		isSet := NotEqual(BitwiseAnd(numbers, Scalar(numbers.Graph(), numbers.DType(), bit)), ScalarZero(numbers.Graph(), numbers.DType()))
		for i := range len(list) / 2 {
			list[i] = Where(isSet, list[2*i+1], list[2*i])
		}
		list = list[:len(list)/2]
	}
	return list[0]
}

// widen returns the values [groups, 1, group, out] of codes of eight bits [groups, 1, group, out], or the values [groups, 2,
// group/2, out] of codes of four bits [groups, 1, group/2, out], or those of NF4, [groups, 4, group/4, out]. scales are the scales, and the minima if any, each [groups,
// 1, 1, out].
func widen(codes *Node, scales []*Node) *Node {
	mins := len(scales) == 2
	var values *Node
	switch codes.DType() {
	case dtypes.Uint16:
		values = level(fourBits(codes, 4))
	case dtypes.Uint8:
		values = ConvertDType(fourBits(codes, 2), dtypes.Float32)
		if !mins {
			values = AddScalar(values, -fourBitOffset)
		}
	default:
		values = ConvertDType(codes, dtypes.Float32)
	}
	each := func(i int) *Node { return BroadcastToShape(ConvertDType(scales[i], dtypes.Float32), values.Shape()) }
	values = Mul(values, each(0))
	if mins {
		values = Add(values, each(1))
	}
	return values
}

// fourBits unpacks words [groups, 1, rows, out] of two or four codes each to codes [groups, count, rows, out]. A shift that depends on
// the position is faster than a concatenation of the parts.
func fourBits(words *Node, count int) *Node {
	shape := words.Shape().Clone()
	shape.Dimensions[1] = count
	shift := MulScalar(Iota(words.Graph(), shape, 1), 4)
	all := BroadcastToDims(words, shape.Dimensions...)
	return BitwiseAnd(BitwiseShiftRightLogical(all, shift), Scalar(words.Graph(), words.DType(), 15))
}

// Width is the number of values in a row of [Rows].
func Width(codes *Node) int {
	width := codes.Shape().Dim(1) * codes.Shape().Dim(2)
	switch codes.DType() {
	case dtypes.Uint8:
		width *= 2
	case dtypes.Uint16:
		width *= 4
	}
	return width
}
