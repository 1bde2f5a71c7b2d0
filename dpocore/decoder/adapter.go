package decoder

import (
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Adapter is one layer's part of a LoRA adapter inside a graph.
type Adapter struct {
	layout  Layout
	groups  [groupCount]factorNodes
	dropout *dropout.Inputs[*Node] // nil for none
}

type factorNodes struct {
	a       *Node   // [ranks, in], the group's A factors stacked; nil if no projection of it has LoRA
	b       []*Node // [out, rank] each
	joinedB *Node   // [out, ranks], see Adapter.joinedB; nil if it has to be joined from b
}

// WithDropout returns the adapter with dropout on the input of each factor A.
func (a *Adapter) WithDropout(d *dropout.Inputs[*Node]) *Adapter {
	with := *a
	with.dropout = d
	return &with
}

// Bind splits the flat vector of a layout [Size] into the adapters of the layers.
func (l Layout) Bind(flat *Node) []*Adapter {
	var layers []*Adapter
	for begin := 0; begin < l.Size; begin += l.LayerSize {
		layers = append(layers, l.BindLayer(Slice(flat, AxisRange(begin, begin+l.LayerSize))))
	}
	return layers
}

// BindLayer makes an adapter of a layer's part of the flat vector [LayerSize].
func (l Layout) BindLayer(flat *Node) *Adapter {
	slice := func(f Factor) *Node {
		return Reshape(Slice(flat, AxisRange(f.Offset, f.Offset+f.Size())), f.Shape...)
	}
	adapter := &Adapter{layout: l}
	for g, group := range l.groups {
		nodes := &adapter.groups[g]
		if len(group.present) > 0 {
			nodes.a = slice(group.a)
		}
		for _, factor := range group.b {
			nodes.b = append(nodes.b, slice(factor))
		}
	}
	return adapter
}

// join concatenates the gradients of the groups' factors to the layer's part of the flat vector [LayerSize].
func (a *Adapter) join(factors [groupCount][]*Node) *Node {
	var parts []*Node
	for _, group := range factors {
		for _, part := range group {
			parts = append(parts, Reshape(part, part.Shape().Size()))
		}
	}
	return Concatenate(parts, 0)
}

// Matrices lists the matrices that the adapters of the layers multiply by. A graph that runs often takes these as
// parameters, with [Layout.BindMatrices], instead of joining them from the flat vector each time.
func Matrices(layers []*Adapter) (matrices []*Node) {
	for _, layer := range layers {
		for g := range Group(groupCount) {
			if layer.covers(g) {
				matrices = append(matrices, layer.groups[g].a, layer.joinedB(g))
			}
		}
	}
	return matrices
}

// BindMatrices makes the adapters of the layers of the matrices that [Matrices] returned.
func (l Layout) BindMatrices(matrices []*Node) (layers []*Adapter) {
	for range l.Size / l.LayerSize {
		adapter := &Adapter{layout: l}
		for g, group := range l.groups {
			if len(group.present) > 0 {
				adapter.groups[g] = factorNodes{a: matrices[0], joinedB: matrices[1]}
				matrices = matrices[2:]
			}
		}
		layers = append(layers, adapter)
	}
	return layers
}

// covers reports whether a projection of the group has LoRA.
func (a *Adapter) covers(g Group) bool { return a != nil && a.groups[g].a != nil }

// add is what the adapter adds to a group's result for the input x [tokens, in]: [tokens, out].
func (a *Adapter) add(g Group, x *Node) *Node { return matmul(a.down(g, x), a.joinedB(g)) }

// down is scale·x·Aᵀ, [tokens, ranks].
func (a *Adapter) down(g Group, x *Node) *Node {
	if a.dropout == nil {
		return a.scaled(g, matmul(x, a.groups[g].a))
	}
	var parts []*Node
	for at, mask := range a.masks(g, x) {
		parts = append(parts, matmul(Mul(mask, x), a.factorA(g, at)))
	}
	return a.scaled(g, Concatenate(parts, 1))
}

// masks are the factors [tokens, in] of the values of x, for each of a group's factors A: each projection drops others.
func (a *Adapter) masks(g Group, x *Node) (masks []*Node) {
	for at := range a.layout.groups[g].present {
		masks = append(masks, dropout.Mask(a.dropout, x, uint64(int(g)<<8|at)))
	}
	return masks
}

// factorA is the A [rank, in] of one of a group's projections; at counts those that have LoRA.
func (a *Adapter) factorA(g Group, at int) *Node {
	group := a.layout.groups[g]
	return Slice(a.groups[g].a, AxisRange(group.begin(at), group.begin(at+1)))
}

// scaled multiplies the columns of x [tokens, ranks] by the scales of their projections.
func (a *Adapter) scaled(g Group, x *Node) *Node {
	group := a.layout.groups[g]
	if !slices.ContainsFunc(group.scales, func(scale float64) bool { return scale != group.scales[0] }) {
		return MulScalar(x, group.scales[0])
	}
	var columns []float32
	for at, rank := range group.ranks {
		columns = append(columns, slices.Repeat([]float32{float32(group.scales[at])}, rank)...)
	}
	return Mul(x, BroadcastToShape(Reshape(Const(x.Graph(), columns), 1, len(columns)), x.Shape()))
}

// joinedB is the group's B factors in one matrix [out, ranks]: each is in the rows of its projection and the columns
// of its A, and the rest is zero. Multiplying by the zeros costs less than a product for each factor.
func (a *Adapter) joinedB(g Group) *Node {
	nodes, group := a.groups[g], a.layout.groups[g]
	switch {
	case nodes.joinedB != nil:
		return nodes.joinedB
	case len(group.outputs) == 1:
		return nodes.b[0]
	}
	zeros := func(height, width int) *Node {
		return Zeros(nodes.a.Graph(), shapes.Make(nodes.a.DType(), height, width))
	}
	var rows []*Node
	for projection, height := range group.outputs {
		row := zeros(height, group.joinedRank())
		if at := slices.Index(group.present, projection); at >= 0 {
			row = concatColumns(zeros(height, group.begin(at)), nodes.b[at], zeros(height, group.joinedRank()-group.begin(at+1)))
		}
		rows = append(rows, row)
	}
	return Concatenate(rows, 0)
}

// concatColumns concatenates matrices [height, ·], without those of width 0.
func concatColumns(matrices ...*Node) *Node {
	nonempty := slices.DeleteFunc(matrices, func(m *Node) bool { return m.Shape().Dim(1) == 0 })
	return Concatenate(nonempty, 1)
}

// grad returns the gradients of add's input x [tokens, in] and of the group's factors, A first, from that of its result
// gradOut [tokens, out].
func (a *Adapter) grad(g Group, x, gradOut *Node) (gradX *Node, factors []*Node) {
	group := a.layout.groups[g]
	gradDown := a.scaled(g, matmulGrad(gradOut, a.joinedB(g)))
	gradX, gradA := a.downGrad(g, x, gradDown)
	factors = []*Node{gradA}
	gradB := matmulTransposed(a.down(g, x), gradOut) // [ranks, out]
	begin := 0
	for projection, width := range group.outputs {
		if at := slices.Index(group.present, projection); at >= 0 {
			block := Slice(gradB, AxisRange(group.begin(at), group.begin(at+1)), AxisRange(begin, begin+width))
			factors = append(factors, Transpose(block, 0, 1))
		}
		begin += width
	}
	return gradX, factors
}

// downGrad returns the gradients of the input x [tokens, in] and of the joined A [ranks, in], from that of x·Aᵀ [tokens, ranks].
func (a *Adapter) downGrad(g Group, x, grad *Node) (gradX, gradA *Node) {
	if a.dropout == nil {
		return matmulGrad(grad, a.groups[g].a), matmulTransposed(grad, x)
	}
	group := a.layout.groups[g]
	var rows []*Node
	for at, mask := range a.masks(g, x) {
		part := Slice(grad, AxisRange(), AxisRange(group.begin(at), group.begin(at+1)))
		rows = append(rows, matmulTransposed(part, Mul(mask, x)))
		if input := Mul(mask, matmulGrad(part, a.factorA(g, at))); gradX == nil {
			gradX = input
		} else {
			gradX = Add(gradX, input)
		}
	}
	return gradX, Concatenate(rows, 0)
}

// matmulTransposed is xᵀ·y for x [tokens, m] and y [tokens, n]. XLA's CPU products are faster with the smaller one first.
func matmulTransposed(x, y *Node) *Node { return DotGeneral(x, []int{0}, nil, y, []int{0}, nil) }

// matmul is x·wᵀ for x [tokens, in] and w [out, in], the layout of PEFT's factors.
func matmul(x, w *Node) *Node { return product.Of(x, 1, w, 1) }

// matmulGrad is y·w for y [tokens, out] and w [out, in]: the gradient of matmul's x, from that of its result.
func matmulGrad(y, w *Node) *Node { return product.Of(y, 1, w, 0) }
