package decoder

import "github.com/gomlx/gomlx/core/graph"

// LayerMatrices lists the matrices of a layer's groups.
func (n *Net) LayerMatrices(layer int) []*graph.Node { return n.layers[layer].matrices[:] }

// Graph is the one that the model is in, and Embedded the rows of its embedding for tokens.
func (n *Net) Graph() *graph.Graph                     { return n.norm.Graph() }
func (n *Net) Embedded(tokens *graph.Node) *graph.Node { return n.embedding.Rows(tokens) }
