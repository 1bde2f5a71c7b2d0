package product

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/packed"
)

// Vocabulary is a matrix [vocabulary, hidden] inside a graph: the embedding, or the matrix that makes logits of hidden states.
// A quantized one is never widened as a whole: rows that are looked up are widened alone, and a product takes it in blocks of
// rows.
type Vocabulary struct {
	matrix        *Node // nil if it is quantized
	codes, scales *Node // as in packed.Rows
	blockRows     int   // rows that are widened at a time
	precision     dtypes.DType
}

// Whole is a matrix that is not quantized.
func Whole(matrix *Node) Vocabulary { return Vocabulary{matrix: matrix, precision: matrix.DType()} }

// Quantized is a matrix of codes and scales, see [packed.Rows], for products in a precision.
func Quantized(codes, scales *Node, precision dtypes.DType) Vocabulary {
	rows, hidden := codes.Shape().Dim(0), packed.Width(codes)
	block := max(blockBytes/(4*hidden), (rows+maxBlocks-1)/maxBlocks)
	return Vocabulary{codes: codes, scales: scales, blockRows: block, precision: precision}
}

// A quantized matrix is widened in blocks of blockBytes in float32, or if these were more than maxBlocks, in as many parts:
// each is some nodes of the graph.
const (
	blockBytes = 32 << 20
	maxBlocks  = 16
)

// Rows looks rows up by their indices [n]: [n, hidden] float32.
func (v Vocabulary) Rows(indices *Node) *Node {
	each := func(x *Node) *Node { return Gather(x, Reshape(indices, indices.Shape().Dim(0), 1)) }
	if v.matrix != nil {
		return ConvertDType(each(v.matrix), dtypes.Float32)
	}
	return ConvertDType(ConvertDType(packed.Rows(each(v.codes), each(v.scales)), v.precision), dtypes.Float32)
}

// Logits is the vocabulary logits of states [tokens, hidden]: [tokens, vocabulary]. In bfloat16 states have twice its digits.
// The gradient is a product in the same precision, where gomlx's own would be in float32.
func (v Vocabulary) Logits(states *Node) *Node {
	var grad *Node // of the logits
	states = IdentityWithCustomGradient(states, func(_, _ *Node) *Node { return v.gradStates(grad) })
	return IdentityWithCustomGradient(v.logits(states), func(_, gradLogits *Node) *Node {
		grad = gradLogits
		return grad
	})
}

func (v Vocabulary) logits(states *Node) *Node {
	if v.matrix != nil {
		return Fine(states, v.matrix, 1)
	}
	var list []*Node
	v.eachBlock(states, func(_, _ int, block *Node) *Node {
		list = append(list, Fine(states, block, 1))
		return list[len(list)-1]
	})
	return Concatenate(list, 1)
}

// gradStates is the gradient with respect to the states [tokens, hidden], from that with respect to the logits [tokens,
// vocabulary].
func (v Vocabulary) gradStates(grad *Node) (sum *Node) {
	if v.matrix != nil {
		return Of(grad, 1, v.matrix, 0)
	}
	v.eachBlock(grad, func(begin, end int, block *Node) *Node {
		part := Of(SliceAxis(grad, 1, AxisRange(begin, end)), 1, block, 0)
		if sum != nil {
			part = Add(sum, part)
		}
		sum = part
		return sum
	})
	return sum
}

// eachBlock calls fn, which returns a product, with each block of rows, from begin to before end, widened. A block waits for the product
// of the one before it, and the first one for what it is multiplied by. XLA would otherwise widen all of them at once, to compute them in
// parallel, or keep those of the forward pass for the backward pass: the whole matrix in either case.
func (v Vocabulary) eachBlock(with *Node, fn func(begin, end int, block *Node) *Node) {
	rows := v.codes.Shape().Dim(0)
	for begin := 0; begin < rows; begin += v.blockRows {
		end := min(begin+v.blockRows, rows)
		each := func(x *Node) *Node { return Slice(x, AxisRange(begin, end)) }
		scales := Add(each(v.scales), ConvertDType(zeroAfter(with), v.scales.DType()))
		with = fn(begin, end, ConvertDType(packed.Rows(each(v.codes), scales), v.precision))
	}
}

// zeroAfter is a zero, without axes, that can't be computed before x, a matrix: no value is above infinity.
func zeroAfter(x *Node) *Node {
	first := Reshape(Slice(StopGradient(x), AxisElem(0), AxisElem(0)))
	return ConvertDType(GreaterThan(first, Scalar(x.Graph(), x.DType(), math.Inf(1))), dtypes.Float32)
}

// MeanLogits is the mean over the vocabulary of each token's logits, [tokens], from its state [tokens, hidden].
func (v Vocabulary) MeanLogits(states, logits *Node) *Node {
	if v.matrix == nil {
		return ReduceMean(logits, -1)
	}
	mean := ReduceAndKeep(ConvertDType(v.matrix, states.DType()), ReduceMean, 0)
	return ReduceSum(Mul(states, BroadcastToShape(mean, states.Shape())), -1)
}

// Rounded is states, in float32, with the values that Logits computes with. Its gradient is not rounded.
func (v Vocabulary) Rounded(states *Node) *Node {
	to := digits[v.precision]
	switch v.precision {
	case dtypes.Float32:
		return states
	case dtypes.BFloat16:
		to *= 2
	}
	return Add(states, StopGradient(Sub(withDigits(states, to), states)))
}
