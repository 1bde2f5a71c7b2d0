package attention

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// causalBlock is the number of a row's tokens that attend together. No token sees a later one, so a block skips the keys
// behind its end; smaller blocks compute fewer scores in vain, and make the graph larger.
const causalBlock = 128

// Row is attention between the tokens of a row, with a bias [tokens, tokens] that hides later tokens.
type Row struct{ Bias *Node }

// Attend is [Heads.Attend] of all tokens.
func (r Row) Attend(h Heads) (attended, logSums *Node) {
	var outputs, sums []*Node
	for begin, end := range r.blocks() {
		output, sum := h.block(begin, end).Attend(r.block(begin, end))
		outputs, sums = append(outputs, output), append(sums, sum)
	}
	return Concatenate(outputs, 1), Concatenate(sums, 1)
}

// AttendGrad returns the gradients of q, k and v, from that of Attend's result. dots are Σ grad·attended, [kvHeads, tokens,
// perGroup].
func (r Row) AttendGrad(h Heads, logSums, grad, dots *Node) Heads {
	var q []*Node
	var k, v *Node
	for begin, end := range r.blocks() {
		rows := func(x *Node) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
		grads := h.block(begin, end).attendGrad(r.block(begin, end), rows(logSums), rows(grad), rows(dots))
		padded := func(x *Node) *Node { // to all of the row's tokens
			return Pad(x, ScalarZero(x.Graph(), x.DType()), PadAxis{}, PadAxis{}, PadAxis{End: r.Tokens() - end})
		}
		q = append(q, grads.Q)
		if k == nil {
			k, v = padded(grads.K), padded(grads.V)
		} else {
			k, v = Add(k, padded(grads.K)), Add(v, padded(grads.V))
		}
	}
	return Heads{Concatenate(q, 1), TransposeAllAxes(k, 0, 2, 1), TransposeAllAxes(v, 0, 2, 1)}
}

// Tokens is their number.
func (r Row) Tokens() int { return r.Bias.Shape().Dim(0) }

// blocks yields begin and end of each block of a row.
func (r Row) blocks() func(yield func(begin, end int) bool) {
	return func(yield func(begin, end int) bool) {
		for begin := 0; begin < r.Tokens(); begin += causalBlock {
			if !yield(begin, min(begin+causalBlock, r.Tokens())) {
				return
			}
		}
	}
}

// block is the bias [end-begin, end] of a block's queries and of the keys that they may see.
func (r Row) block(begin, end int) *Node {
	return Slice(r.Bias, AxisRange(begin, end), AxisRange(0, end))
}

// block returns the queries of a block, and the keys and values up to its end.
func (h Heads) block(begin, end int) Heads {
	slice := func(x *Node, begin int) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
	return Heads{slice(h.Q, begin), slice(h.K, 0), slice(h.V, 0)}
}
