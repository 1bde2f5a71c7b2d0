package llama

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// heads are the queries [kvHeads, tokens, perGroup, headDim], keys and values [kvHeads, tokens, headDim] of a layer,
// turned to their positions. Heads come first because attention multiplies head by head; a key head serves its group of
// query heads (Ainslie et al. 2023, https://arxiv.org/abs/2305.13245).
type heads struct{ q, k, v *Node }

// heads cuts a joined projection [tokens, queries+2·keyValues].
func (c Config) heads(qkv, cos, sin *Node) heads {
	tokens, q, kv := qkv.Shape().Dim(0), c.queries(), c.keyValues()
	cut := func(begin, end int, dims ...int) *Node {
		return Reshape(Slice(qkv, AxisRange(), AxisRange(begin, end)), append(append([]int{tokens}, dims...), c.HeadDim)...)
	}
	return heads{
		TransposeAllAxes(rotate(cut(0, q, c.KVHeads, c.Heads/c.KVHeads), cos, sin), 1, 0, 2, 3),
		TransposeAllAxes(rotate(cut(q, q+kv, c.KVHeads), cos, sin), 1, 0, 2),
		TransposeAllAxes(cut(q+kv, q+2*kv, c.KVHeads), 1, 0, 2),
	}
}

// headsBack is the way back through heads: from the gradients by its result to the gradient by qkv.
func (c Config) headsBack(by heads, cos, sin *Node) *Node {
	tokens, back := cos.Shape().Dim(0), Neg(sin)
	return Concatenate([]*Node{
		Reshape(rotate(TransposeAllAxes(by.q, 1, 0, 2, 3), cos, back), tokens, c.queries()),
		Reshape(rotate(TransposeAllAxes(by.k, 1, 0, 2), cos, back), tokens, c.keyValues()),
		Reshape(TransposeAllAxes(by.v, 1, 0, 2), tokens, c.keyValues()),
	}, 1)
}

// attention is what a layer does with its heads. It returns [kvHeads, tokens, perGroup, headDim], and for the way back
// the logarithms of the softmax's sums [kvHeads, tokens, perGroup].
type attention func(heads) (mixed, logSums *Node)

// attend is softmax(q·kᵀ/√headDim + bias)·v with bias [tokens, keys]. The division by the softmax's sums comes last,
// where there is least to divide.
func (h heads) attend(bias *Node) (mixed, logSums *Node) {
	scores := h.scores(bias)
	greatest := ReduceAndKeep(scores, ReduceMax, -1)
	exps := Exp(Sub(scores, BroadcastToShape(greatest, scores.Shape())))
	sums := ReduceAndKeep(exps, ReduceSum, -1)
	mixed = Reshape(times(h.flat(exps), 2, h.v, 1), h.q.Shape().Dimensions...)
	return Div(mixed, BroadcastToShape(sums, mixed.Shape())), Squeeze(Add(greatest, Log(sums)), -1)
}

// attendBack is the way back through attend, from the gradient by its result: P are the softmax's probabilities, taken
// from the scores anew, and by the scores the gradient is P·(slope·vᵀ − Σ slope·mixed), as in FlashAttention (Dao et al.
// 2022, https://arxiv.org/abs/2205.14135, appendix B.2). shares are Σ slope·mixed, [kvHeads, tokens, perGroup].
func (h heads) attendBack(bias, logSums, slope, shares *Node) heads {
	scores := h.scores(bias)
	wide := func(x *Node) *Node { return BroadcastToShape(ExpandAxes(x, -1), scores.Shape()) }
	probabilities := Exp(Sub(scores, wide(logSums)))
	flatSlope := h.flat(slope)
	byProbabilities := Reshape(times(flatSlope, 2, h.v, 2), scores.Shape().Dimensions...)
	byScores := h.flat(Mul(probabilities, Sub(byProbabilities, wide(shares))))
	scale := h.scale()
	return heads{
		q: MulScalar(Reshape(times(byScores, 2, h.k, 1), h.q.Shape().Dimensions...), scale),
		k: MulScalar(times(byScores, 1, h.flat(h.q), 1), scale),
		v: times(h.flat(probabilities), 1, flatSlope, 1),
	}
}

// scores are q·kᵀ/√headDim + bias, [kvHeads, tokens, perGroup, keys].
func (h heads) scores(bias *Node) *Node {
	dims := h.q.Shape().Dimensions
	product := times(h.flat(MulScalar(h.q, h.scale())), 2, h.k, 2)
	scores := Reshape(product, dims[0], dims[1], dims[2], h.k.Shape().Dim(1))
	return Add(scores, BroadcastToShape(ExpandAxes(bias, 0, 2), scores.Shape()))
}

func (h heads) scale() float64 { return 1 / math.Sqrt(float64(h.q.Shape().Dim(3))) }

// flat joins tokens and the heads of a group: [kvHeads, tokens·perGroup, ...].
func (h heads) flat(x *Node) *Node {
	dims := x.Shape().Dimensions
	return Reshape(x, dims[0], dims[1]*dims[2], dims[3])
}

// times multiplies matrices x [kvHeads, ·, ·] and y [kvHeads, ·, ·] head by head over an axis of each.
func times(x *Node, xAxis int, y *Node, yAxis int) *Node {
	return DotGeneral(x, []int{xAxis}, []int{0}, y, []int{yAxis}, []int{0})
}

// causalBlock is how many of a row's tokens attend together. No token sees a later one, so that a block need not look
// behind itself; smaller blocks look at less, and make the graph larger.
const causalBlock = 128

// attend is attention between the tokens of a row.
func (p Places) attend(h heads) (mixed, logSums *Node) {
	var blocks [2][]*Node
	for begin, end := range p.blocks() {
		mixed, logSums := h.block(begin, end).attend(p.bias(begin, end))
		blocks[0], blocks[1] = append(blocks[0], mixed), append(blocks[1], logSums)
	}
	return Concatenate(blocks[0], 1), Concatenate(blocks[1], 1)
}

// attendBack is the way back through attend.
func (p Places) attendBack(h heads, logSums, slope, shares *Node) heads {
	var q []*Node
	var k, v *Node
	for begin, end := range p.blocks() {
		of := func(x *Node) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
		by := h.block(begin, end).attendBack(p.bias(begin, end), of(logSums), of(slope), of(shares))
		whole := func(x *Node) *Node {
			return Pad(x, ScalarZero(x.Graph(), x.DType()), PadAxis{}, PadAxis{End: p.tokens() - end}, PadAxis{})
		}
		q = append(q, by.q)
		if k == nil {
			k, v = whole(by.k), whole(by.v)
		} else {
			k, v = Add(k, whole(by.k)), Add(v, whole(by.v))
		}
	}
	return heads{Concatenate(q, 1), k, v}
}

func (p Places) tokens() int { return p.Bias.Shape().Dim(0) }

// blocks yields begin and end of each block of a row.
func (p Places) blocks() func(yield func(begin, end int) bool) {
	return func(yield func(begin, end int) bool) {
		for begin := 0; begin < p.tokens(); begin += causalBlock {
			if !yield(begin, min(begin+causalBlock, p.tokens())) {
				return
			}
		}
	}
}

func (p Places) bias(begin, end int) *Node {
	return Slice(p.Bias, AxisRange(begin, end), AxisRange(0, end))
}

// block are the queries of a block, and the keys and values up to its end.
func (h heads) block(begin, end int) heads {
	of := func(x *Node, begin int) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
	return heads{of(h.q, begin), of(h.k, 0), of(h.v, 0)}
}
