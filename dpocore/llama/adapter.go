package llama

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Adapter is a LoRA adapter inside one graph.
type Adapter struct {
	layout Layout
	blocks []blockNodes
}

type blockNodes struct {
	a *Node   // [rank·modules, in], the group's A factors over each other
	b []*Node // [out, rank] each
}

// Bind cuts the flat vector of a layout, a node of shape [Size], into an adapter.
func (l Layout) Bind(flat *Node) *Adapter {
	cut := func(f Factor) *Node {
		return Reshape(Slice(flat, AxisRange(f.Offset, f.Offset+f.Size())), f.Shape...)
	}
	adapter := &Adapter{layout: l}
	for _, block := range l.blocks {
		var nodes blockNodes
		if len(block.present) > 0 {
			nodes.a = cut(block.a)
		}
		for _, factor := range block.b {
			nodes.b = append(nodes.b, cut(factor))
		}
		adapter.blocks = append(adapter.blocks, nodes)
	}
	return adapter
}

// Gradient is the gradient of a scalar loss by the adapter, as a flat vector [Size].
func (a *Adapter) Gradient(loss *Node) *Node {
	var leaves []*Node
	for _, block := range a.blocks {
		if block.a != nil {
			leaves = append(leaves, block.a)
		}
		leaves = append(leaves, block.b...)
	}
	parts := Gradient(loss, leaves...)
	for i, part := range parts {
		parts[i] = Reshape(part, part.Shape().Size())
	}
	return Concatenate(parts, 0)
}

// add adds the adapter's contribution on the input x [tokens, in] to the outputs of a group, in place.
func (a *Adapter) add(layer int, g group, x *Node, outputs []*Node) {
	index := layer*len(groups) + int(g)
	nodes, block := a.blocks[index], a.layout.blocks[index]
	if nodes.a == nil {
		return
	}
	rank := a.layout.LoRA.Rank
	narrow := MulScalar(matmul(x, nodes.a), a.layout.LoRA.Scale()) // [tokens, rank·modules]
	for i, module := range block.present {
		own := narrow
		if len(block.present) > 1 {
			own = Slice(narrow, AxisRange(), AxisRange(i*rank, (i+1)*rank))
		}
		outputs[module] = Add(outputs[module], matmul(own, nodes.b[i]))
	}
}
