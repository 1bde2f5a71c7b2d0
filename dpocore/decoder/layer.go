package decoder

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/attention"
	"example.com/gonb-dpo/dpocore/decoder/packed"
	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Layer is one layer of a model inside a graph.
type Layer struct {
	Config Config

	vectors  map[string]*Node  // by the names of [Block.Vectors]
	matrices [groupCount]*Node // [in, out], a group's projections side by side
	biases   [groupCount]*Node // [out]; nil for a group without biases
	adapter  *Adapter          // nil for none
}

// BindLayer makes a layer from a graph's parameters, which are in the order of [Config.LayerSlots], a quantized matrix being
// two, and returns the remaining ones.
func BindLayer(c Config, params []*Node) (Layer, []*Node) {
	l := Layer{Config: c, vectors: map[string]*Node{}}
	next := func() (param *Node) {
		param, params = params[0], params[1:]
		return param
	}
	for g := range Group(groupCount) {
		for _, vector := range c.block().Vectors(c, g) {
			l.vectors[vector.Name] = next()
		}
		l.matrices[g], params = c.takeMatrix(params)
		if c.biased(g) {
			l.biases[g] = next()
		}
	}
	return l, params
}

// takeMatrix takes a matrix [in, out] from a graph's parameters, widened to float32 if it is quantized and then, if the
// products with it are computed in a half precision, rounded to that.
func (c Config) takeMatrix(params []*Node) (matrix *Node, rest []*Node) {
	if params[0].DType().IsFloat() {
		return params[0], params[1:]
	}
	matrix = packed.Matrix(params[0], params[1])
	if c.Products != dtypes.InvalidDType {
		matrix = ConvertDType(matrix, c.Products)
	}
	return matrix, params[2:]
}

// WithAdapter returns the layer with its part of a LoRA adapter.
func (l Layer) WithAdapter(adapter *Adapter) Layer {
	l.adapter = adapter
	return l
}

// Vector is a weight [size] that [Block.Vectors] lists.
func (l Layer) Vector(name string) *Node {
	vector, ok := l.vectors[name]
	if !ok {
		panic(fmt.Sprintf("the layer has no weight %q", name))
	}
	return vector
}

// Forward is the layer's output [tokens, hidden] for a row's hidden states x [tokens, hidden], and what Backward needs.
func (l Layer) Forward(x *Node, p Positions) (output *Node, saved Activations[*Node]) {
	return l.forward(x, p.Rotation, p.row().Attend)
}

func (l Layer) forward(x *Node, r Rotation, attend func(Heads) (attended, logSums *Node)) (output *Node, saved Activations[*Node]) {
	b := l.Config.block()
	saved.QKV = l.project(QKV, b.AttentionInput(l, x))
	attended, logSums := attend(b.Heads(l, saved.QKV, r).In(l.precision()))
	saved.LogSums, saved.Attended = logSums, attention.Join(attended)
	saved.Residual = b.AttentionOutput(l, x, l.project(AttentionOut, saved.Attended))
	saved.GateUp = l.project(GateUp, b.MLPInput(l, saved.Residual))
	output = b.MLPOutput(l, saved.Residual, l.project(Down, b.Activate(l, saved.GateUp)))
	return output, saved
}

// project multiplies x [tokens, in] by a group's joined matrix and adds bias and adapter: [tokens, out].
func (l Layer) project(g Group, x *Node) *Node {
	joined := product.Few(x, l.matrices[g])
	if bias := l.biases[g]; bias != nil {
		joined = Add(joined, BroadcastToShape(Reshape(bias, 1, bias.Shape().Dim(0)), joined.Shape()))
	}
	if l.adapter.covers(g) {
		joined = Add(joined, l.adapter.add(g, x))
	}
	return joined
}

// SplitGateUp splits a joined projection [tokens, 2·intermediate] into gate and up, each [tokens, intermediate].
func (c Config) SplitGateUp(gateUp *Node) (gate, up *Node) {
	return Slice(gateUp, AxisRange(), AxisRange(0, c.IntermediateSize)),
		Slice(gateUp, AxisRange(), AxisRange(c.IntermediateSize, 2*c.IntermediateSize))
}

// precision is the type in which the layer's products are computed.
func (l Layer) precision() dtypes.DType { return l.matrices[QKV].DType() }

// biased reports whether the projections of a group add a bias.
func (c Config) biased(g Group) bool {
	switch g {
	case QKV:
		return c.QKVBias
	case AttentionOut:
		return c.AttentionOutBias
	default:
		return c.MLPBias
	}
}

// inputSize is the width of a group's input.
func (c Config) inputSize(g Group) int {
	switch g {
	case AttentionOut:
		return c.QuerySize()
	case Down:
		return c.IntermediateSize
	default:
		return c.HiddenSize
	}
}
