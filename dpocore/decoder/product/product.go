// Package product multiplies by a model's matrices in a run's precision.
package product

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Of sums over an axis of x and an axis of y, matrix by matrix along the batch axes, if any: a product with the model's
// weights, keys, values or vocabulary. It is where a run's precision acts, which is the type of those tensors: if x or y has
// a half precision, both are rounded to it. The sums are computed and returned in float32, because a layer's results can
// exceed float16's range, and bfloat16's 8 digits are too few for them.
func Of(x *Node, xAxis int, y *Node, yAxis int, batch ...int) *Node {
	precision := x.DType()
	if y.DType().IsHalfPrecision() {
		precision = y.DType()
	}
	dot := Dot(ConvertDType(x, precision), ConvertDType(y, precision))
	if precision.IsHalfPrecision() {
		dot = dot.WithAccumulatorDType(dtypes.Float32).WithOutputDType(dtypes.Float32)
	}
	return dot.General([]int{xAxis}, batch, []int{yAxis}, batch)
}

// Fine is [Of] for x [tokens, in] with twice the digits of x, if y has bfloat16: x becomes the sum of two numbers of
// 8 digits, each multiplied by y. The forward pass needs them: its errors become those of scores and logits, which are
// exponents. The two are one product, which reads y once.
func Fine(x, y *Node, yAxis int) *Node {
	if y.DType() != dtypes.BFloat16 {
		return Of(x, 1, y, yAxis)
	}
	tokens, high := x.Shape().Dim(0), withDigits(x, digits[dtypes.BFloat16])
	both := Of(Concatenate([]*Node{high, Sub(x, high)}, 0), 1, y, yAxis)
	return Add(SliceAxis(both, 0, AxisRange(0, tokens)), SliceAxis(both, 0, AxisRange(tokens, 2*tokens)))
}

// digits of the significand in binary.
var digits = map[dtypes.DType]int{dtypes.Float32: 24, dtypes.Float16: 11, dtypes.BFloat16: 8}

// withDigits is x, in float32, with the given number of binary digits. Conversion to a type that has them and back would not do,
// because XLA may leave both out; the difference of two large numbers keeps as many digits (Dekker 1971, "A floating-point
// technique for extending the available precision").
func withDigits(x *Node, to int) *Node {
	large := MulScalar(x, float64(int(1)<<(digits[dtypes.Float32]-to)+1))
	return Sub(large, Sub(large, x))
}
