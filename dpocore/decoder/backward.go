package decoder

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Activations are the intermediate results of a layer that its backward pass needs, so that no product with its matrices
// is computed twice. T is *graph.Node inside a graph and *tensors.Tensor outside.
type Activations[T any] struct {
	QKV      T // joined queries, keys and values [tokens, queries+2·keyValues]
	LogSums  T // logarithms of the softmax's sums [kvHeads, tokens, queries per key head]
	Attended T // attention's result [tokens, queries]
	Residual T // the residual stream after attention [tokens, hidden]
	GateUp   T // joined gate and up [tokens, 2·intermediate]
}

// Fields lists the activations in the order in which graphs return and take them.
func (a *Activations[T]) Fields() []*T {
	return []*T{&a.QKV, &a.LogSums, &a.Attended, &a.Residual, &a.GateUp}
}

// ActivationSize is the number of values in a layer's Activations, per token.
func (c Config) ActivationSize() int {
	return 2*c.QuerySize() + 2*c.KeyValueSize() + c.Heads + c.HiddenSize + 2*c.IntermediateSize
}

// Backward is the layer's backward pass: from the gradient of a loss with respect to its output [tokens, hidden] to those
// with respect to what is trained and to its input x [tokens, hidden]. Trained is its part of the adapter, one vector [LayerSize],
// or without an adapter all its weights, in the order of [Config.LayerSlots]. Products and attention are
// differentiated by hand; what is between them is computed again from the activations, which costs little, and
// differentiated by Gradient. A result of a product that no derivative uses is dropped by the compiler.
func (l Layer) Backward(x *Node, saved Activations[*Node], p Positions, gradOut *Node) (grads []*Node, gradIn *Node) {
	b := l.Config.block()
	w := &weightGrads{layer: l, vectors: map[string]*Node{}}
	vjp := w.vjp
	var factors [groupCount][]*Node
	projectGrad := func(g Group, input, grad *Node) (gradInput *Node) {
		w.project(g, input, grad)
		gradInput, factors[g] = l.projectGrad(g, input, grad)
		return gradInput
	}

	activated := b.Activate(l, saved.GateUp)
	down := leaf(l.project(Down, activated))
	of := vjp(b.MLPOutput(l, saved.Residual, down), gradOut, saved.Residual, down)
	gradResidual, gradDown := of[0], of[1]
	gradGateUp := vjp(activated, projectGrad(Down, activated, gradDown), saved.GateUp)[0]
	mlpInput := b.MLPInput(l, saved.Residual)
	gradResidual = Add(gradResidual, vjp(mlpInput, projectGrad(GateUp, mlpInput, gradGateUp), saved.Residual)[0])

	attentionOut := leaf(l.project(AttentionOut, saved.Attended))
	of = vjp(b.AttentionOutput(l, x, attentionOut), gradResidual, x, attentionOut)
	gradIn, gradAttended := of[0], projectGrad(AttentionOut, saved.Attended, of[1])
	attentionInput := b.AttentionInput(l, x)
	gradQKV := l.attentionGrad(saved, p, gradAttended, w)
	gradIn = Add(gradIn, vjp(attentionInput, projectGrad(QKV, attentionInput, gradQKV), x)[0])
	if l.adapter == nil {
		return w.list(), gradIn
	}
	return []*Node{l.adapter.join(factors)}, gradIn
}

// attentionGrad is the gradient of the joined queries, keys and values, from that of attention's result [tokens, queries].
func (l Layer) attentionGrad(saved Activations[*Node], p Positions, grad *Node, w *weightGrads) *Node {
	c := l.Config
	h := c.block().Heads(l, saved.QKV, p.Rotation)
	dots := ReduceSum(Reshape(Mul(grad, saved.Attended), p.row().Tokens(), c.Heads, c.HeadDim), -1)
	gradHeads := p.row().AttendGrad(h.In(l.precision()), saved.LogSums, c.queryHeads(grad, c.HeadDim), Squeeze(c.queryHeads(dots, 1), -1))
	sum := Add(Add(weighted(h.Q, gradHeads.Q), weighted(h.K, gradHeads.K)), weighted(h.V, gradHeads.V))
	return w.gradient(sum, saved.QKV)[0]
}

// projectGrad returns the gradients of project's input x and of the group's factors, the joined A first, from that of its
// result.
func (l Layer) projectGrad(g Group, x, grad *Node) (gradX *Node, factors []*Node) {
	gradX = product.Of(grad, 1, l.matrices[g], 1)
	if !l.adapter.covers(g) {
		return gradX, nil
	}
	fromAdapter, factors := l.adapter.grad(g, x, grad)
	return Add(gradX, fromAdapter), factors
}

// weighted is Σ y·gradY, a scalar whose gradient with respect to y is gradY.
func weighted(y, gradY *Node) *Node { return ReduceAllSum(Mul(y, StopGradient(gradY))) }

// leaf is x cut off from what it was computed from, so that Gradient ends there.
func leaf(x *Node) *Node { return Identity(StopGradient(x)) }
