package decoder

import "github.com/gomlx/gomlx/core/graph"

// LayerMatrices lists the matrices of a layer's groups.
func (n *Net) LayerMatrices(layer int) []*graph.Node { return n.layers[layer].matrices[:] }

// Graph is the one that the model is in, and Embedded the rows of its embedding for tokens.
func (n *Net) Graph() *graph.Graph                     { return n.norm.Graph() }
func (n *Net) Embedded(tokens *graph.Node) *graph.Node { return n.embedding.Rows(tokens) }

// Masks are those of the inputs x [tokens, in] of a group's factors A.
func (a *Adapter) Masks(g Group, x *graph.Node) []*graph.Node { return a.masks(g, x) }

// Add is what the adapter adds to a group's result.
func (a *Adapter) Add(g Group, x *graph.Node) *graph.Node { return a.add(g, x) }
