package llama

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Kept is what a layer's way back needs of its way forward, so that no product with its matrices is made twice: the
// joined queries, keys and values [tokens, queries+2·keyValues], the logarithms of the softmax's sums [kvHeads, tokens,
// perGroup], attention's result [tokens, queries], the residual stream after it [tokens, hidden], and gate and up
// [tokens, 2·intermediate].
type Kept []*Node

// KeptTensors is how many tensors a Kept has.
const KeptTensors = 5

// KeptSize is how many numbers a layer keeps for each token.
func (c Config) KeptSize() int {
	return 2*c.queries() + 2*c.keyValues() + c.Heads + c.HiddenSize + 2*c.IntermediateSize
}

// Backward is the way back through a layer with its adapter: from the gradient of a loss by the layer's output
// [tokens, hidden] to that by the layer's part of the adapter [LayerSize] and that by its input x. It goes from product
// to product; what lies between two of them is computed again from what was kept, for it costs little.
func (l Layer) Backward(x *Node, kept Kept, p Places, slope *Node) (own, by *Node) {
	c := l.config
	qkv, logSums, mixed, middle, gateUp := kept[0], kept[1], kept[2], kept[3], kept[4]
	var factors [len(groups)][]*Node
	through := func(g group, input, slope *Node) (by *Node) {
		by, factors[g] = l.projectBack(g, input, slope)
		return by
	}

	inner := c.swiglu(gateUp)
	byGateUp := slopeBy(inner, through(groupDown, inner, slope), gateUp)
	normed := c.RMSNorm(middle, l.mlpNorm)
	slope = Add(slope, slopeBy(normed, through(groupGateUp, normed, byGateUp), middle))

	byMixed := through(groupO, mixed, slope)
	byQKV := l.mixBack(qkv, logSums, mixed, p, byMixed)
	normed = c.RMSNorm(x, l.attentionNorm)
	by = Add(slope, slopeBy(normed, through(groupQKV, normed, byQKV), x))
	return l.adapter.join(factors), by
}

// mixBack is the way back through attention: from the gradient by its result [tokens, queries] to that by qkv.
func (l Layer) mixBack(qkv, logSums, mixed *Node, p Places, slope *Node) *Node {
	c := l.config
	headsFirst := func(x *Node, width int) *Node {
		return TransposeAllAxes(Reshape(x, p.tokens(), c.KVHeads, c.Heads/c.KVHeads, width), 1, 0, 2, 3)
	}
	shares := ReduceSum(Reshape(Mul(slope, mixed), p.tokens(), c.Heads, c.HeadDim), -1)
	by := p.attendBack(c.heads(qkv, p.Cos, p.Sin), logSums, headsFirst(slope, c.HeadDim), Squeeze(headsFirst(shares, 1), -1))
	return c.headsBack(by, p.Cos, p.Sin)
}

// projectBack is the way back through project: from the gradient by its result to that by x and those by the group's
// factors, the joined A first.
func (l Layer) projectBack(g group, x, slope *Node) (by *Node, factors []*Node) {
	by = product(slope, l.projections[g], 1)
	if l.adapter == nil || l.adapter.groups[g].a == nil {
		return by, nil
	}
	more, factors := l.adapter.back(g, x, slope)
	return Add(by, more), factors
}

// slopeBy is the gradient by x, given that by y, which was computed from x.
func slopeBy(y, slope, x *Node) *Node {
	return Gradient(ReduceAllSum(Mul(y, StopGradient(slope))), x)[0]
}
