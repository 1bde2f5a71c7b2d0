package decoder

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Net is a whole model inside one graph.
type Net struct {
	Config Config

	embedding, head product.Vocabulary
	norm            *Node
	layers          []Layer
}

// Bind makes a model from a graph's parameters, which are in the order of [Config.Slots], and returns the remaining
// ones.
func Bind(c Config, params []*Node) (*Net, []*Node) {
	n := &Net{Config: c}
	n.embedding, params = c.takeVocabulary(params)
	for range c.Layers {
		var layer Layer
		layer, params = BindLayer(c, params)
		n.layers = append(n.layers, layer)
	}
	n.norm, params = params[0], params[1:]
	n.head = n.embedding
	if !c.TiedEmbeddings {
		n.head, params = c.takeVocabulary(params)
	}
	return n, params
}

// WithAdapter returns the model with a LoRA adapter, given layer by layer.
func (n *Net) WithAdapter(adapter []*Adapter) *Net {
	with := *n
	with.layers = nil
	for i, layer := range n.layers {
		with.layers = append(with.layers, layer.WithAdapter(adapter[i]))
	}
	return &with
}

// Hidden is the hidden states [tokens, hidden] of a row, after the final norm.
func (n *Net) Hidden(row Row) *Node {
	positions := row.Positions(n.Config)
	x := n.Config.Embed(n.embedding, row.Tokens)
	for i, layer := range n.layers {
		x, _ = layer.Forward(x, positions[n.Config.LayerKind(i)])
	}
	return n.Config.FinalNorm(x, n.norm)
}

// Logits is the vocabulary logits [tokens, vocabulary] of hidden states [tokens, hidden].
func (n *Net) Logits(hidden *Node) *Node { return n.head.Logits(hidden) }

// BindVocabulary makes the embedding or the vocabulary matrix from a graph's parameters: one, or two if it is quantized.
func (c Config) BindVocabulary(params []*Node) product.Vocabulary {
	v, _ := c.takeVocabulary(params)
	return v
}

// takeVocabulary is BindVocabulary, and returns the remaining parameters.
func (c Config) takeVocabulary(params []*Node) (v product.Vocabulary, rest []*Node) {
	if params[0].DType().IsFloat() {
		return product.Whole(params[0]), params[1:]
	}
	precision := c.Products
	if precision == dtypes.InvalidDType {
		precision = dtypes.Float32
	}
	return product.Quantized(params[0], params[1], precision), params[2:]
}

// Embed is the input [tokens, hidden] of the first layer, from tokens [tokens].
func (c Config) Embed(embedding product.Vocabulary, tokens *Node) *Node {
	return c.block().Embed(c, embedding, tokens)
}

// FinalNorm is applied to the last layer's output x [tokens, hidden]; weight is [hidden].
func (c Config) FinalNorm(x, weight *Node) *Node { return c.block().FinalNorm(c, x, weight) }
