package decoder

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// causalBlock is the number of a row's tokens that attend together. No token sees a later one, so a block skips the keys
// behind its end; smaller blocks compute fewer scores in vain, and make the graph larger.
const causalBlock = 128

// attend is attention between the tokens of a row.
func (p Positions) attend(h Heads) (attended, logSums *Node) {
	var outputs, sums []*Node
	for begin, end := range p.blocks() {
		output, sum := h.block(begin, end).attend(p.block(begin, end))
		outputs, sums = append(outputs, output), append(sums, sum)
	}
	return Concatenate(outputs, 1), Concatenate(sums, 1)
}

// attendGrad returns the gradients of q, k and v, from that of attend's result; dots as in [Heads.attendGrad].
func (p Positions) attendGrad(h Heads, logSums, grad, dots *Node) Heads {
	var q []*Node
	var k, v *Node
	for begin, end := range p.blocks() {
		rows := func(x *Node) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
		grads := h.block(begin, end).attendGrad(p.block(begin, end), rows(logSums), rows(grad), rows(dots))
		padded := func(x *Node) *Node { // to all of the row's tokens
			return Pad(x, ScalarZero(x.Graph(), x.DType()), PadAxis{}, PadAxis{}, PadAxis{End: p.tokens() - end})
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

func (p Positions) tokens() int { return p.Bias.Shape().Dim(0) }

// blocks yields begin and end of each block of a row.
func (p Positions) blocks() func(yield func(begin, end int) bool) {
	return func(yield func(begin, end int) bool) {
		for begin := 0; begin < p.tokens(); begin += causalBlock {
			if !yield(begin, min(begin+causalBlock, p.tokens())) {
				return
			}
		}
	}
}

// block is the bias [end-begin, end] of a block's queries and of the keys that they may see.
func (p Positions) block(begin, end int) *Node {
	return Slice(p.Bias, AxisRange(begin, end), AxisRange(0, end))
}

// block returns the queries of a block, and the keys and values up to its end.
func (h Heads) block(begin, end int) Heads {
	slice := func(x *Node, begin int) *Node { return SliceAxis(x, 1, AxisRange(begin, end)) }
	return Heads{slice(h.Q, begin), slice(h.K, 0), slice(h.V, 0)}
}
