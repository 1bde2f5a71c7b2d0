package llama

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Layer is one layer of a model inside a graph.
type Layer struct {
	config                 Config
	attentionNorm, mlpNorm *Node              // [hidden]
	projections            [len(groups)]*Node // [out, hidden], a group's over each other
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

// Forward sends a row's hidden states x [tokens, hidden] through the layer.
func (l Layer) Forward(x *Node, p Places) *Node {
	return l.forward(x, p.Cos, p.Sin, func(q, k, v *Node) *Node { return attend(q, k, v, p.Bias) })
}

// attention is what a layer does with its rotated queries [tokens, kvHeads, groups, headDim], keys and values
// [tokens, kvHeads, headDim]; it returns [tokens, heads·headDim].
type attention func(q, k, v *Node) *Node

func (l Layer) forward(x, cos, sin *Node, attend attention) *Node {
	c := l.config
	tokens := x.Shape().Dim(0)
	qkv := l.project(groupQKV, c.RMSNorm(x, l.attentionNorm))
	q := rotate(Reshape(qkv[0], tokens, c.KVHeads, c.Heads/c.KVHeads, c.HeadDim), cos, sin)
	k := rotate(Reshape(qkv[1], tokens, c.KVHeads, c.HeadDim), cos, sin)
	v := Reshape(qkv[2], tokens, c.KVHeads, c.HeadDim)
	x = Add(x, l.project(groupO, attend(q, k, v))[0])

	gateUp := l.project(groupGateUp, c.RMSNorm(x, l.mlpNorm))
	inner := Mul(Mul(gateUp[0], Sigmoid(gateUp[0])), gateUp[1]) // SiLU(gate)·up
	return Add(x, l.project(groupDown, inner)[0])
}

// project multiplies x [tokens, in] with a group's joined matrix, adds bias and what LoRA contributes, and returns one
// [tokens, out] for each projection of the group.
func (l Layer) project(g group, x *Node) []*Node {
	joined := matmul(x, l.projections[g])
	if bias := l.biases[g]; bias != nil {
		joined = Add(joined, BroadcastToShape(Reshape(bias, 1, bias.Shape().Dim(0)), joined.Shape()))
	}
	widths := l.config.outputs(g)
	outputs := []*Node{joined}
	if len(widths) > 1 {
		outputs = outputs[:0]
		begin := 0
		for _, width := range widths {
			outputs = append(outputs, Slice(joined, AxisRange(), AxisRange(begin, begin+width)))
			begin += width
		}
	}
	if l.adapter != nil {
		l.adapter.add(g, x, outputs)
	}
	return outputs
}

// attend is softmax(q·kᵀ/√headDim + bias)·v with bias [tokens, keys]; a key head serves its group of query heads
// (Ainslie et al. 2023, https://arxiv.org/abs/2305.13245).
func attend(q, k, v, bias *Node) *Node {
	dims := q.Shape().Dimensions
	tokens, kvHeads, perGroup, headDim := dims[0], dims[1], dims[2], dims[3]
	q = MulScalar(q, 1/math.Sqrt(float64(headDim)))
	scores := DotGeneral(q, []int{3}, []int{1}, k, []int{2}, []int{1}) // [kvHeads, tokens, perGroup, keys]
	scores = Add(scores, BroadcastToShape(ExpandAxes(bias, 0, 2), scores.Shape()))
	out := DotGeneral(Softmax(scores, -1), []int{3}, []int{0}, v, []int{0}, []int{1}) // [kvHeads, tokens, perGroup, headDim]
	return Reshape(TransposeAllAxes(out, 1, 0, 2, 3), tokens, kvHeads*perGroup*headDim)
}

// RMSNorm is x/√(mean(x²)+ε)·weight over the last axis (Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467).
func (c Config) RMSNorm(x, weight *Node) *Node {
	square := ReduceAndKeep(Square(x), ReduceMean, -1)
	normed := Div(x, BroadcastToShape(Sqrt(AddScalar(square, c.RMSNormEps)), x.Shape()))
	return Mul(normed, BroadcastToShape(Reshape(weight, 1, weight.Shape().Dim(0)), x.Shape()))
}

// matmul is x·wᵀ for x [tokens, in] and w [out, in], as Hugging Face stores a projection. Where w has a half precision
// the product is made in it, and so is its gradient: gomlx takes the accumulator's precision for that.
func matmul(x, w *Node) *Node {
	if w.DType() == x.DType() {
		return DotGeneral(x, []int{1}, nil, w, []int{1}, nil)
	}
	product := Dot(ConvertDType(x, w.DType()), w).WithAccumulatorDType(w.DType()).General([]int{1}, nil, []int{1}, nil)
	return ConvertDType(product, x.DType())
}
