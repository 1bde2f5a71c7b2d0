package llama

import (
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Adapter is the part of a LoRA adapter that belongs to one layer, inside a graph.
type Adapter struct {
	layout Layout
	groups [len(groups)]factorNodes
}

type factorNodes struct {
	a    *Node   // [rank·modules, in], the group's A factors over each other; nil where none carries LoRA
	b    []*Node // [out, rank] each
	wide *Node   // [out, rank·modules], the B factors in one matrix; nil where it is not laid out yet
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

// join lays what belongs to the groups' factors out as the layer's part of the flat vector, [LayerSize].
func (a *Adapter) join(factors [len(groups)][]*Node) *Node {
	var parts []*Node
	for _, group := range factors {
		for _, part := range group {
			parts = append(parts, Reshape(part, part.Shape().Size()))
		}
	}
	return Concatenate(parts, 0)
}

// LaidOut are the matrices that the adapters of layers, from [Layout.Bind], multiply with. A graph that runs often takes
// them in by [Layout.BindLaidOut], and is spared laying them out of the flat vector.
func LaidOut(layers []*Adapter) (matrices []*Node) {
	for _, layer := range layers {
		for g := range layer.groups {
			if layer.groups[g].a != nil {
				matrices = append(matrices, layer.groups[g].a, layer.wide(group(g)))
			}
		}
	}
	return matrices
}

// BindLaidOut makes an adapter, layer by layer, of a graph's parameters, the matrices of [LaidOut], and returns the
// parameters that are left.
func (l Layout) BindLaidOut(params []*Node) (layers []*Adapter, rest []*Node) {
	for range l.Size / l.LayerSize {
		adapter := &Adapter{layout: l}
		for g, block := range l.blocks {
			if len(block.present) > 0 {
				adapter.groups[g] = factorNodes{a: params[0], wide: params[1]}
				params = params[2:]
			}
		}
		layers = append(layers, adapter)
	}
	return layers, params
}

// add is the adapter's contribution to a group on the input x [tokens, in]: [tokens, out].
func (a *Adapter) add(g group, x *Node) *Node { return matmul(a.narrow(g, x), a.wide(g)) }

// narrow is scale·x·Aᵀ, [tokens, rank·modules].
func (a *Adapter) narrow(g group, x *Node) *Node {
	return MulScalar(matmul(x, a.groups[g].a), a.layout.LoRA.Scale())
}

// wide is the group's B factors in one matrix [out, rank·modules]: each stands in its projection's rows and its module's
// columns, and all else is zero. Multiplying the zeros too costs less than a product for each factor.
func (a *Adapter) wide(g group) *Node {
	nodes, present, rank := a.groups[g], a.layout.blocks[g].present, a.layout.LoRA.Rank
	switch {
	case nodes.wide != nil:
		return nodes.wide
	case len(a.layout.outputs[g]) == 1:
		return nodes.b[0]
	}
	zeros := func(height, width int) *Node {
		return Zeros(nodes.a.Graph(), shapes.Make(nodes.a.DType(), height, width))
	}
	var rows []*Node
	for projection, width := range a.layout.outputs[g] {
		row := zeros(width, rank*len(present))
		if i := slices.Index(present, projection); i >= 0 {
			row = beside(zeros(width, i*rank), nodes.b[i], zeros(width, (len(present)-1-i)*rank))
		}
		rows = append(rows, row)
	}
	return Concatenate(rows, 0)
}

// beside joins matrices [height, ·], leaving out those without columns.
func beside(matrices ...*Node) *Node {
	wide := slices.DeleteFunc(matrices, func(m *Node) bool { return m.Shape().Dim(1) == 0 })
	return Concatenate(wide, 1)
}

// back is the way back through add: from the gradient by its result to that by x and those by the factors, A first.
func (a *Adapter) back(g group, x, slope *Node) (by *Node, factors []*Node) {
	block, rank := a.layout.blocks[g], a.layout.LoRA.Rank
	byNarrow := MulScalar(matmulBack(slope, a.wide(g)), a.layout.LoRA.Scale())
	factors = []*Node{over(byNarrow, x)}
	byWide := over(a.narrow(g, x), slope) // [rank·modules, out]
	begin := 0
	for projection, width := range a.layout.outputs[g] {
		if i := slices.Index(block.present, projection); i >= 0 {
			own := Slice(byWide, AxisRange(i*rank, (i+1)*rank), AxisRange(begin, begin+width))
			factors = append(factors, Transpose(own, 0, 1))
		}
		begin += width
	}
	return matmulBack(byNarrow, a.groups[g].a), factors
}

// over is xᵀ·y for x [tokens, m] and y [tokens, n]. XLA's CPU products like the smaller of the two in front.
func over(x, y *Node) *Node { return DotGeneral(x, []int{0}, nil, y, []int{0}, nil) }
