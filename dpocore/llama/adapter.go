package llama

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Adapter is the part of a LoRA adapter that belongs to one layer, inside a graph.
type Adapter struct {
	layout Layout
	groups [len(groups)]factorNodes
}

type factorNodes struct {
	a *Node   // [rank·modules, in], the group's A factors over each other; nil where none carries LoRA
	b []*Node // [out, rank] each
}

// Bind cuts the flat vector of a layout, a node of shape [Size], into an adapter, layer by layer.
func (l Layout) Bind(flat *Node) []*Adapter {
	var layers []*Adapter
	for begin := 0; begin < l.Size; begin += l.LayerSize {
		layers = append(layers, l.BindLayer(Slice(flat, AxisRange(begin, begin+l.LayerSize))))
	}
	return layers
}

// BindLayer cuts a layer's part of the flat vector, a node of shape [LayerSize].
func (l Layout) BindLayer(flat *Node) *Adapter {
	cut := func(f Factor) *Node {
		return Reshape(Slice(flat, AxisRange(f.Offset, f.Offset+f.Size())), f.Shape...)
	}
	adapter := &Adapter{layout: l}
	for g, block := range l.blocks {
		nodes := &adapter.groups[g]
		if len(block.present) > 0 {
			nodes.a = cut(block.a)
		}
		for _, factor := range block.b {
			nodes.b = append(nodes.b, cut(factor))
		}
	}
	return adapter
}

// Gradient is the gradient of a scalar loss by the layer's part, a vector [LayerSize], and by another node.
func (a *Adapter) Gradient(loss, other *Node) (own, others *Node) {
	leaves := []*Node{other}
	for _, nodes := range a.groups {
		if nodes.a != nil {
			leaves = append(append(leaves, nodes.a), nodes.b...)
		}
	}
	parts := Gradient(loss, leaves...)
	others, parts = parts[0], parts[1:]
	for i, part := range parts {
		parts[i] = Reshape(part, part.Shape().Size())
	}
	return Concatenate(parts, 0), others
}

// add adds the adapter's contribution on the input x [tokens, in] to the outputs of a group, in place.
func (a *Adapter) add(g group, x *Node, outputs []*Node) {
	nodes, block := a.groups[g], a.layout.blocks[g]
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
