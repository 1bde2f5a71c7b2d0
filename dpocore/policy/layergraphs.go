package policy

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// embedGraph looks a row's tokens up and computes what all layers share.
func (g *graphs) embedGraph(in *embedInputs[node]) *embedOutputs[node] {
	c := g.config
	row := decoder.Row{Tokens: in.tokens, Pair: in.pair, Branch: in.branch, Position: in.position}
	out := &embedOutputs[node]{hidden: c.Embed(c.BindVocabulary(in.embedding), in.tokens)}
	for _, of := range row.Positions(c) {
		out.kinds = append(out.kinds, positions[node]{of.Cos, of.Sin, of.Bias})
	}
	return out
}

func decoderPositions(p positions[node]) decoder.Positions {
	return decoder.Positions{Rotation: decoder.Rotation{Cos: p.cos, Sin: p.sin}, Bias: p.bias}
}

// baseGraph is a layer without the adapter.
func (g *graphs) baseGraph(in *baseInputs[node]) *single[node] {
	layer, _ := decoder.BindLayer(g.config, in.weights)
	hidden, _ := layer.Forward(in.hidden, decoderPositions(in.positions))
	return &single[node]{hidden}
}

// layerGraph is a layer with its adapter.
func (g *graphs) layerGraph(in *layerInputs[node]) *layerOutputs[node] {
	hidden, saved := g.adaptedLayer(in).Forward(in.hidden, decoderPositions(in.positions))
	return &layerOutputs[node]{hidden, saved}
}

// backwardGraph is the backward pass of layerGraph.
func (g *graphs) backwardGraph(in *backwardInputs[node]) *backwardOutputs[node] {
	layer := g.adaptedLayer(&in.layerInputs)
	gradAdapter, gradIn := layer.Backward(in.hidden, in.saved, decoderPositions(in.positions), in.gradOut)
	return &backwardOutputs[node]{Add(in.grads, gradAdapter), gradIn}
}

func (g *graphs) adaptedLayer(in *layerInputs[node]) decoder.Layer {
	layer, _ := decoder.BindLayer(g.config, in.weights)
	adapter := g.layout.BindLayer(in.adapter)
	if in.dropout != nil {
		adapter = adapter.WithDropout(in.dropout)
	}
	return layer.WithAdapter(adapter)
}

// updateGraph is a step of the optimizer.
func (g *graphs) updateGraph(in *adamw.Inputs[node]) *adamw.Outputs[node] {
	return adamw.Step(in, g.layout.LayerFactors())
}

// addGraph is the sum of two vectors [LayerSize].
func addGraph(in layerVectors[node]) *single[node] { return &single[node]{Add(in[0], in[1])} }

// normGraph is the Euclidean norm of all layers' vectors together, [].
func normGraph(in layerVectors[node]) *single[node] { return &single[node]{adamw.Norm(in)} }
