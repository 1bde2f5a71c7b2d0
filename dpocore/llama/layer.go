package llama

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Layer is one layer of a model inside a graph.
type Layer struct {
	config                 Config
	attentionNorm, mlpNorm *Node              // [hidden]
	projections            [len(groups)]*Node // [in, out], a group's side by side
	biases                 [len(groups)]*Node // [out]; nil where the group has none
	adapter                *Adapter
}

// BindLayer gives a graph's parameters, in the order of [Weights.Layer], their places in a layer, and returns the
// parameters that are left.
func BindLayer(c Config, params []*Node) (Layer, []*Node) {
	l := Layer{config: c}
	take := func(place **Node) { *place, params = params[0], params[1:] }
	for g := range groups {
		switch group(g) {
		case groupQKV:
			take(&l.attentionNorm)
		case groupGateUp:
			take(&l.mlpNorm)
		}
		take(&l.projections[g])
		if c.biased(group(g)) {
			take(&l.biases[g])
		}
	}
	return l, params
}

// WithAdapter returns the layer with its part of a LoRA adapter switched on.
func (l Layer) WithAdapter(adapter *Adapter) Layer {
	l.adapter = adapter
	return l
}

// Forward sends a row's hidden states x [tokens, hidden] through the layer. It also returns what Backward needs.
func (l Layer) Forward(x *Node, p Places) (output *Node, kept Kept) {
	return l.forward(x, p.Cos, p.Sin, p.attend)
}

func (l Layer) forward(x, cos, sin *Node, attend attention) (output *Node, kept Kept) {
	c := l.config
	qkv := l.project(groupQKV, c.RMSNorm(x, l.attentionNorm))
	mixed, logSums := attend(c.heads(qkv, cos, sin))
	mixed = Reshape(TransposeAllAxes(mixed, 1, 0, 2, 3), x.Shape().Dim(0), c.queries())
	middle := Add(x, l.project(groupO, mixed))
	gateUp := l.project(groupGateUp, c.RMSNorm(middle, l.mlpNorm))
	output = Add(middle, l.project(groupDown, c.swiglu(gateUp)))
	return output, Kept{qkv, logSums, mixed, middle, gateUp}
}

// swiglu is SiLU(gate)·up of a joined projection [tokens, 2·intermediate] (Shazeer 2020,
// https://arxiv.org/abs/2002.05202).
func (c Config) swiglu(gateUp *Node) *Node {
	gate := Slice(gateUp, AxisRange(), AxisRange(0, c.IntermediateSize))
	up := Slice(gateUp, AxisRange(), AxisRange(c.IntermediateSize, 2*c.IntermediateSize))
	return Mul(Mul(gate, Sigmoid(gate)), up)
}

// project multiplies x [tokens, in] with a group's joined matrix and adds bias and what LoRA contributes: [tokens, out],
// one projection beside the other.
func (l Layer) project(g group, x *Node) *Node {
	joined := product(x, l.projections[g], 0)
	if bias := l.biases[g]; bias != nil {
		joined = Add(joined, BroadcastToShape(Reshape(bias, 1, bias.Shape().Dim(0)), joined.Shape()))
	}
	if l.adapter != nil && l.adapter.groups[g].a != nil {
		joined = Add(joined, l.adapter.add(g, x))
	}
	return joined
}

// RMSNorm is x/√(mean(x²)+ε)·weight over the last axis (Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467).
func (c Config) RMSNorm(x, weight *Node) *Node {
	square := ReduceAndKeep(Square(x), ReduceMean, -1)
	normed := Div(x, BroadcastToShape(Sqrt(AddScalar(square, c.RMSNormEps)), x.Shape()))
	return Mul(normed, BroadcastToShape(Reshape(weight, 1, weight.Shape().Dim(0)), x.Shape()))
}

// matmul is x·wᵀ for x [tokens, in] and w [out, in], as Hugging Face stores the vocabulary and PEFT its factors.
func matmul(x, w *Node) *Node { return product(x, w, 1) }

// matmulBack is y·w for y [tokens, out] and w [out, in]: the gradient by matmul's x, from that by its result.
func matmulBack(y, w *Node) *Node { return product(y, w, 0) }

// product sums over x's last axis and an axis of w: x·w over w's first, x·wᵀ over its last. Where w has a half precision
// the product is made in it; gomlx takes the accumulator's precision for that.
func product(x, w *Node, axis int) *Node {
	if w.DType() == x.DType() {
		return DotGeneral(x, []int{1}, nil, w, []int{axis}, nil)
	}
	narrow := Dot(ConvertDType(x, w.DType()), w).WithAccumulatorDType(w.DType()).General([]int{1}, nil, []int{axis}, nil)
	return ConvertDType(narrow, x.DType())
}
