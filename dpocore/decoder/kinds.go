package decoder

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Attention is a kind of attention among a model's layers. Kinds differ only in the positions that they give to a layer, so
// that layers of all kinds share their graphs.
type Attention struct {
	Window    int     // the number of latest tokens that each token sees, itself included; 0 for all up to itself
	Unrotated bool    // without rotary positions
	Theta     float64 // the base of unscaled rotary positions; 0 for the model's rotary positions
}

// attentions are the kinds of the model's layers. Most models have one.
func (c Config) attentions() []Attention {
	if len(c.Attentions) == 0 {
		return []Attention{{}}
	}
	return c.Attentions
}

// AttentionKinds is the number of kinds of attention among the layers.
func (c Config) AttentionKinds() int { return len(c.attentions()) }

// LayerKind is the kind of a layer's attention, an index of what [Row.Positions] returns.
func (c Config) LayerKind(layer int) int {
	if len(c.LayerKinds) == 0 {
		return 0
	}
	return c.LayerKinds[layer]
}

// inWindow reduces sees [tokens, keys] to the keys within the window of each token; rows and cols are the positions of
// tokens and keys, spread over its shape.
func (a Attention) inWindow(sees, rows, cols *Node) *Node {
	if a.Window == 0 || a.Window >= sees.Shape().Dim(1) {
		return sees
	}
	return And(sees, LessThan(Sub(rows, cols), Scalar(sees.Graph(), rows.DType(), a.Window)))
}
