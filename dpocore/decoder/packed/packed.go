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
// Codes of four bits are -8 to 7, stored as 0 to 15, without minima, and 0 to 15 with them. Weights are widened inside the
// graph that multiplies by them: the products are those of widened weights, and a layer's are in memory one at a time, and the vocabulary's in blocks of rows.
package packed

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
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

// widen returns the values [groups, 1, group, out] of codes of eight bits [groups, 1, group, out], or the values [groups, 2,
// group/2, out] of codes of four bits [groups, 1, group/2, out]. scales are the scales, and the minima if any, each [groups,
// 1, 1, out].
func widen(codes *Node, scales []*Node) *Node {
	mins, four := len(scales) == 2, codes.DType() == dtypes.Uint8
	if four {
		codes = fourBits(codes)
	}
	values := ConvertDType(codes, dtypes.Float32)
	if four && !mins {
		values = AddScalar(values, -fourBitOffset)
	}
	each := func(i int) *Node { return BroadcastToShape(ConvertDType(scales[i], dtypes.Float32), values.Shape()) }
	values = Mul(values, each(0))
	if mins {
		values = Add(values, each(1))
	}
	return values
}

// fourBits unpacks bytes [groups, 1, rows, out] to codes [groups, 2, rows, out]. A shift that depends on the position is
// faster than a concatenation of the two halves.
func fourBits(bytes *Node) *Node {
	shape := bytes.Shape().Clone()
	shape.Dimensions[1] = 2
	shift := MulScalar(Iota(bytes.Graph(), shapes.Make(dtypes.Uint8, shape.Dimensions...), 1), 4)
	both := BroadcastToDims(bytes, shape.Dimensions...)
	return BitwiseAnd(BitwiseShiftRightLogical(both, shift), Scalar(bytes.Graph(), dtypes.Uint8, 15))
}

// Width is the number of values in a row of [Rows].
func Width(codes *Node) int {
	width := codes.Shape().Dim(1) * codes.Shape().Dim(2)
	if codes.DType() == dtypes.Uint8 {
		width *= 2
	}
	return width
}
