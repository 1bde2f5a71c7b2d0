package llama

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Net is a whole model inside one graph.
type Net struct {
	Config Config

	embedding, norm, head *Node
	layers                []Layer
}

// Bind gives a graph's weight parameters, in the order of [Weights.Tensors], their places in the model, and returns the
// parameters that are left.
func Bind(c Config, params []*Node) (*Net, []*Node) {
	n := &Net{Config: c, embedding: params[0]}
	params = params[1:]
	for range c.Layers {
		var layer Layer
		layer, params = BindLayer(c, params)
		n.layers = append(n.layers, layer)
	}
	n.norm, params = params[0], params[1:]
	n.head = n.embedding
	if !c.TiedEmbeddings {
		n.head, params = params[0], params[1:]
	}
	return n, params
}

// WithAdapter returns the model with a LoRA adapter switched on, given layer by layer.
func (n *Net) WithAdapter(adapter []*Adapter) *Net {
	with := *n
	with.layers = nil
	for i, layer := range n.layers {
		with.layers = append(with.layers, layer.WithAdapter(adapter[i]))
	}
	return &with
}

// Hidden computes the last hidden states [tokens, hidden] of a row, after the final norm.
func (n *Net) Hidden(row Row) *Node {
	places := row.Places(n.Config)
	x := Embed(n.embedding, row.Tokens)
	for _, layer := range n.layers {
		x, _ = layer.Forward(x, places)
	}
	return n.Config.RMSNorm(x, n.norm)
}

// Logits gives the vocabulary logits [tokens, vocabulary] of hidden states [tokens, hidden].
func (n *Net) Logits(hidden *Node) *Node { return matmul(hidden, n.head) }

// Embed looks tokens [tokens] up in the embedding [vocabulary, hidden]: [tokens, hidden].
func Embed(embedding, tokens *Node) *Node {
	return Gather(embedding, Reshape(tokens, tokens.Shape().Dim(0), 1))
}
