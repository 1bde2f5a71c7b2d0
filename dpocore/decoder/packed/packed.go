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
// Codes of four bits are -8 to 7, stored as 0 to 15, without minima, and 0 to 15 with them. Weights are widened inside the
// graph that multiplies by them: the products are those of widened weights, and a layer's are in memory one at a time.
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
	groups, half, out := codes.Shape().Dim(0), 1, codes.Shape().Dim(2)
	rows := codes.Shape().Dim(1)
	codes = Reshape(codes, groups, half, rows, out)
	mins := scales.Shape().Dim(0) == 2
	if codes.DType() == dtypes.Uint8 {
		half = 2
		codes = fourBits(codes)
	}
	matrix := ConvertDType(codes, dtypes.Float32)
	if half == 2 && !mins {
		matrix = AddScalar(matrix, -fourBitOffset)
	}
	each := func(i int) *Node { // of scales and minima, for each value
		one := ConvertDType(Slice(scales, AxisElem(i)), dtypes.Float32)
		return BroadcastToDims(Reshape(one, groups, 1, 1, out), groups, half, rows, out)
	}
	matrix = Mul(matrix, each(0))
	if mins {
		matrix = Add(matrix, each(1))
	}
	return Reshape(matrix, groups*half*rows, out)
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
