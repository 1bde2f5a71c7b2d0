package decoder

import "github.com/gomlx/gomlx/core/graph"

// LayerMatrices lists the matrices of a layer's groups.
func (n *Net) LayerMatrices(layer int) []*graph.Node { return n.layers[layer].matrices[:] }
