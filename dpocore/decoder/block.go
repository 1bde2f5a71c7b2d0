package decoder

import (
	"strings"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Group is a set of projections that share their input and are one matrix product.
type Group int

// The groups of a layer, in the order in which they run.
const (
	QKV          Group = iota // hidden states to queries, keys and values
	AttentionOut              // attention's result to the residual stream
	GateUp                    // hidden states to gate and up
	Down                      // activated gate and up to the residual stream

	groupCount int = iota
)

// Projection is one stored matrix [Out, in] of a group.
type Projection struct {
	Name string // within the layer, such as self_attn.q_proj
	Out  int
}

// Module is the name under which PEFT selects the projection, such as q_proj.
func (p Projection) Module() string { return ModuleOf(p.Name) }

// ModuleOf is the module of a stored tensor or of the path to a projection, such as model.layers.0.self_attn.q_proj.weight.
func ModuleOf(path string) string {
	path = strings.TrimSuffix(path, ".weight")
	return path[strings.LastIndex(path, ".")+1:]
}

// Vector is a stored weight [Size] of a layer that is no projection's bias, such as a norm's.
type Vector struct {
	Name string // within the layer, such as input_layernorm
	Size int
}

// Block is what a model computes outside its matrix products and the core of attention. [Layer.Forward] calls its methods,
// and [Layer.Backward] differentiates them with gomlx's Gradient, so that an implementation needs no derivative. To
// describe a family that differs in some of them, embed [PreNorm] and override these.
//
// A layer's computation, with the products in brackets; x is the residual stream [tokens, hidden]:
//
//	q, k, v  = Heads([QKV](AttentionInput(x)))
//	attended = softmax(q·kᵀ/√headDim + bias)·v           [tokens, heads·headDim]
//	residual = AttentionOutput(x, [AttentionOut](attended))
//	output   = MLPOutput(residual, [Down](Activate([GateUp](MLPInput(residual)))))
type Block interface {
	// Projections lists the matrices that are joined, in this order, to a group's matrix.
	Projections(c Config, g Group) []Projection
	// Vectors lists the weights that are stored before a group's matrices; [Layer.Vector] returns them.
	Vectors(c Config, g Group) []Vector

	// Embed looks tokens [tokens] up in the embedding [vocabulary, hidden]: [tokens, hidden].
	Embed(c Config, embedding product.Vocabulary, tokens *Node) *Node
	// AttentionInput is [tokens, hidden], from the residual stream [tokens, hidden].
	AttentionInput(l Layer, x *Node) *Node
	// Heads splits the joined projections [tokens, queries+2·keyValues] into heads and rotates them.
	Heads(l Layer, qkv *Node, r Rotation) Heads
	// AttentionOutput is the residual stream after attention, whose projected result is [tokens, hidden].
	AttentionOutput(l Layer, x, projected *Node) *Node
	// MLPInput is [tokens, hidden], from the residual stream after attention.
	MLPInput(l Layer, residual *Node) *Node
	// Activate is [tokens, intermediate], from the joined gate and up [tokens, 2·intermediate].
	Activate(l Layer, gateUp *Node) *Node
	// MLPOutput is the layer's output, from the residual stream after attention and the MLP's projected result.
	MLPOutput(l Layer, residual, projected *Node) *Node
	// FinalNorm is applied to the last layer's output, before the product with the vocabulary matrix.
	FinalNorm(c Config, x, weight *Node) *Node
}

// PreNorm is the block of Llama and Qwen2: a root-mean-square norm before attention and before the MLP, SwiGLU, rotary
// positions over whole heads. Other families embed it and override what differs.
type PreNorm struct{}

var projections = [groupCount][]string{
	QKV:          {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
	AttentionOut: {"self_attn.o_proj"},
	GateUp:       {"mlp.gate_proj", "mlp.up_proj"},
	Down:         {"mlp.down_proj"},
}

func (PreNorm) Projections(c Config, g Group) (list []Projection) {
	sizes := [groupCount][]int{
		QKV:          {c.QuerySize(), c.KeyValueSize(), c.KeyValueSize()},
		AttentionOut: {c.HiddenSize},
		GateUp:       {c.IntermediateSize, c.IntermediateSize},
		Down:         {c.HiddenSize},
	}
	for i, name := range projections[g] {
		list = append(list, Projection{name, sizes[g][i]})
	}
	return list
}

const (
	attentionNorm = "input_layernorm"
	mlpNorm       = "post_attention_layernorm"
)

func (PreNorm) Vectors(c Config, g Group) []Vector {
	switch g {
	case QKV:
		return []Vector{{attentionNorm, c.HiddenSize}}
	case GateUp:
		return []Vector{{mlpNorm, c.HiddenSize}}
	}
	return nil
}

func (PreNorm) Embed(_ Config, embedding product.Vocabulary, tokens *Node) *Node {
	return embedding.Rows(tokens)
}

func (PreNorm) AttentionInput(l Layer, x *Node) *Node {
	return RMSNorm(x, l.Vector(attentionNorm), l.Config.RMSNormEps)
}

func (PreNorm) Heads(l Layer, qkv *Node, r Rotation) Heads {
	h := l.Config.SplitHeads(qkv)
	h.Q, h.K = r.Rotate(h.Q), r.Rotate(h.K)
	return h.HeadsFirst()
}

func (PreNorm) AttentionOutput(_ Layer, x, projected *Node) *Node { return Add(x, projected) }

func (PreNorm) MLPInput(l Layer, residual *Node) *Node {
	return RMSNorm(residual, l.Vector(mlpNorm), l.Config.RMSNormEps)
}

// Activate is SiLU(gate)·up (Shazeer 2020, https://arxiv.org/abs/2002.05202).
func (PreNorm) Activate(l Layer, gateUp *Node) *Node {
	gate, up := l.Config.SplitGateUp(gateUp)
	return Mul(Mul(gate, Sigmoid(gate)), up)
}

func (PreNorm) MLPOutput(_ Layer, residual, projected *Node) *Node { return Add(residual, projected) }

func (PreNorm) FinalNorm(c Config, x, weight *Node) *Node { return RMSNorm(x, weight, c.RMSNormEps) }

// RMSNorm is x/√(mean(x²)+ε)·weight over the last axis of x [tokens, ..., size], with weight [size] (Zhang and Sennrich
// 2019, https://arxiv.org/abs/1910.07467).
func RMSNorm(x, weight *Node, epsilon float64) *Node {
	square := ReduceAndKeep(Square(x), ReduceMean, -1)
	normed := Div(x, BroadcastToShape(Sqrt(AddScalar(square, epsilon)), x.Shape()))
	return Mul(normed, BroadcastToShape(ExpandLeftToRank(weight, x.Rank()), x.Shape()))
}
