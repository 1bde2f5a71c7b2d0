package policy

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
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

// layerGraph is a layer as it is trained.
func (g *graphs) layerGraph(in *layerInputs[node]) *layerOutputs[node] {
	hidden, saved := g.trainedLayer(in).Forward(in.hidden, decoderPositions(in.positions))
	return &layerOutputs[node]{hidden, saved}
}

// backwardGraph is the backward pass of layerGraph.
func (g *graphs) backwardGraph(in *backwardInputs[node]) *backwardOutputs[node] {
	layer := g.trainedLayer(&in.layerInputs)
	grads, gradIn := layer.Backward(in.hidden, in.saved, decoderPositions(in.positions), in.gradOut)
	for i, grad := range grads {
		grads[i] = Add(in.grads[i], grad)
	}
	return &backwardOutputs[node]{grads, gradIn}
}

// lookupGraph is the backward pass of the embedding in embedGraph. The padding token learns nothing here, also where it ends a turn: so
// has PyTorch's Embedding with a padding_idx, as transformers' models have it.
func (g *graphs) lookupGraph(in *lookupInputs[node]) *single[node] {
	hidden, gradOut := g.config.Embed(g.config.BindVocabulary(in.embedding), in.tokens), in.gradOut
	if pad := g.config.Pad; pad != decoder.NoToken {
		isPad := Equal(in.tokens, Scalar(in.tokens.Graph(), in.tokens.DType(), pad))
		gradOut = Where(BroadcastToShape(Reshape(isPad, isPad.Shape().Dim(0), 1), shapes.Make(dtypes.Bool, gradOut.Shape().Dimensions...)), ZerosLike(gradOut), gradOut)
	}
	grad := Gradient(ReduceAllSum(Mul(hidden, StopGradient(gradOut))), in.embedding[0])[0]
	return &single[node]{Add(in.grads, grad)}
}

// trainedLayer is a layer with its adapter, if any.
func (g *graphs) trainedLayer(in *layerInputs[node]) decoder.Layer {
	layer, _ := decoder.BindLayer(g.config, in.weights)
	if len(in.adapter) == 0 {
		return layer
	}
	adapter := g.layout.BindLayer(in.adapter[0])
	if in.dropout != nil {
		adapter = adapter.WithDropout(in.dropout)
	}
	return layer.WithAdapter(adapter)
}

// updateGraph is a step of the optimizer.
func (g *graphs) updateGraph(in *adamw.Inputs[node]) *adamw.Outputs[node] {
	return adamw.Step(in, g.layout.LayerFactors())
}

// addGraph is the sum of two tensors of a shape.
func addGraph(in vectors[node]) *single[node] { return &single[node]{Add(in[0], in[1])} }

// normGraph is the Euclidean norm of all tensors together, [].
func normGraph(in vectors[node]) *single[node] { return &single[node]{adamw.Norm(in)} }
