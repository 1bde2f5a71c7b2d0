// Package attention is the core of a layer's attention: from queries, keys and values to what each token attends to, and back. Start
// with [Row].
package attention

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Heads are the queries [kvHeads, tokens, perGroup, headDim], keys and values [kvHeads, tokens, headDim] of a layer. The
// key heads are the outermost axis because attention multiplies head by head; a key head serves perGroup query heads
// (Ainslie et al. 2023, https://arxiv.org/abs/2305.13245).
type Heads struct{ Q, K, V *Node }

// HeadsFirst moves the key heads of SplitHeads' result to the outermost axis.
func (h Heads) HeadsFirst() Heads {
	return Heads{TransposeAllAxes(h.Q, 1, 0, 2, 3), TransposeAllAxes(h.K, 1, 0, 2), TransposeAllAxes(h.V, 1, 0, 2)}
}

// In rounds values, and keys unless that is bfloat16, to a precision, so that attention's products are computed in it. The
// scores are exponents: bfloat16's 8 digits would change probabilities by some percent.
func (h Heads) In(precision dtypes.DType) Heads {
	if precision != dtypes.BFloat16 {
		h.K = ConvertDType(h.K, precision)
	}
	return Heads{h.Q, h.K, ConvertDType(h.V, precision)}
}

// Join is [tokens, queries] from [kvHeads, tokens, perGroup, headDim].
func Join(x *Node) *Node {
	dims := x.Shape().Dimensions
	return Reshape(TransposeAllAxes(x, 1, 0, 2, 3), dims[1], dims[0]*dims[2]*dims[3])
}

// Attend is softmax(q·kᵀ/√headDim + bias)·v with bias [tokens, keys]. It divides by the softmax's sums last, when there
// are fewest values to divide. logSums are the logarithms of those sums [kvHeads, tokens, perGroup], for the backward pass.
func (h Heads) Attend(bias *Node) (attended, logSums *Node) {
	scores := h.scores(bias)
	maxima := ReduceAndKeep(scores, ReduceMax, -1)
	exps := Exp(Sub(scores, BroadcastToShape(maxima, scores.Shape())))
	sums := ReduceAndKeep(exps, ReduceSum, -1)
	attended = Reshape(product.Of(flat(exps), 2, h.V, 1, 0), h.Q.Shape().Dimensions...)
	return Div(attended, BroadcastToShape(sums, attended.Shape())), Squeeze(Add(maxima, Log(sums)), -1)
}

// attendGrad returns the gradients of q, k and v, from that of Attend's result. The softmax's probabilities P are computed
// again from the scores, whose gradient is P·(grad·vᵀ − Σ grad·attended), as in FlashAttention (Dao et al. 2022,
// https://arxiv.org/abs/2205.14135, appendix B.2). dots are Σ grad·attended, [kvHeads, tokens, perGroup]. Keys and values have
// their tokens last here, [kvHeads, headDim, tokens]: XLA's CPU products take 0.8 of the time with the small factor first.
func (h Heads) attendGrad(bias, logSums, grad, dots *Node) Heads {
	scores := h.scores(bias)
	perKey := func(x *Node) *Node { return BroadcastToShape(ExpandAxes(x, -1), scores.Shape()) }
	probabilities := Exp(Sub(scores, perKey(logSums)))
	flatGrad := flat(grad)
	gradProbabilities := Reshape(product.Of(flatGrad, 2, h.V, 2, 0), scores.Shape().Dimensions...)
	gradScores := flat(Mul(probabilities, Sub(gradProbabilities, perKey(dots))))
	rounded := func(x *Node) *Node { return ConvertDType(x, h.V.DType()) }
	scale := h.scale()
	return Heads{
		Q: MulScalar(Reshape(product.Of(gradScores, 2, rounded(h.K), 1, 0), h.Q.Shape().Dimensions...), scale),
		K: MulScalar(product.Of(rounded(flat(h.Q)), 1, gradScores, 1, 0), scale),
		V: product.Of(rounded(flatGrad), 1, flat(probabilities), 1, 0),
	}
}

// scores are q·kᵀ/√headDim + bias, [kvHeads, tokens, perGroup, keys].
func (h Heads) scores(bias *Node) *Node {
	dims := h.Q.Shape().Dimensions
	joined := product.Of(flat(MulScalar(h.Q, h.scale())), 2, h.K, 2, 0)
	scores := Reshape(joined, dims[0], dims[1], dims[2], h.K.Shape().Dim(1))
	return Add(scores, BroadcastToShape(ExpandAxes(bias, 0, 2), scores.Shape()))
}

func (h Heads) scale() float64 { return 1 / math.Sqrt(float64(h.Q.Shape().Dim(3))) }

// flat joins the axes of the tokens and of a key head's query heads: [kvHeads, tokens·perGroup, ...].
func flat(x *Node) *Node {
	dims := x.Shape().Dimensions
	return Reshape(x, dims[0], dims[1]*dims[2], dims[3])
}
