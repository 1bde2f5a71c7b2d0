package policy

import (
	"errors"
	"sync"
	"sync/atomic"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/loss"
)

// AdamW's constants as TRL and PyTorch have them (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101); there
// is no weight decay.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// graphs are a policy's graphs. All layers share one graph for each direction, so that a model of thirty layers
// compiles as fast as one of a single layer; a graph of the whole training step takes ten times as long to compile.
type graphs struct {
	embed, forward, forwardBase, measure *Exec
	backward, add, norm, update          *Exec
	tokens, divergence, far              *Exec

	comparing sync.Mutex
	compare   map[comparison]*Exec // made when first asked for

	compiles atomic.Int32
}

// comparison is a kind of graph that compares the answers of a row's pairs: by which loss, and with its gradient or the
// divergence from the reference, or neither.
type comparison struct {
	lossType             string
	gradient, divergence bool
}

// build prepares the graphs; each compiles when it first runs.
func (p *Policy) build() error {
	var errs []error
	for _, g := range []struct {
		exec  **Exec
		name  string
		build func([]*Node) []*Node
	}{
		{&p.graphs.embed, "embed", p.embedGraph},
		{&p.graphs.forward, "layer", p.layerGraph},
		{&p.graphs.forwardBase, "reference layer", p.referenceGraph},
		{&p.graphs.measure, "log-probabilities", p.measureGraph},
		{&p.graphs.backward, "layer backward", p.backwardGraph},
		{&p.graphs.add, "sum of gradients", func(grads []*Node) []*Node { return []*Node{Add(grads[0], grads[1])} }},
		{&p.graphs.norm, "gradient norm", normGraph},
		{&p.graphs.update, "update", updateGraph},
		{&p.graphs.tokens, "tokens' log-probabilities", p.tokensGraph},
		{&p.graphs.divergence, "divergence", p.divergenceGraph},
		{&p.graphs.far, "far divergence", p.farGraph},
	} {
		exec, err := NewExec(p.backend, p.counted(g.build))
		errs = append(errs, err)
		*g.exec = exec.WithName(g.name)
	}
	p.graphs.compare = map[comparison]*Exec{}
	return errors.Join(errs...)
}

// counted counts how often a graph is built, which is once for each shape of its inputs, to be compiled then.
func (p *Policy) counted(build func([]*Node) []*Node) func([]*Node) []*Node {
	return func(params []*Node) []*Node {
		p.graphs.compiles.Add(1)
		return build(params)
	}
}

// Compiles is how many graphs were compiled so far.
func (p *Policy) Compiles() int { return int(p.graphs.compiles.Load()) }

// comparing is the graph of a comparison.
func (p *Policy) comparing(kind comparison) (*Exec, error) {
	p.graphs.comparing.Lock()
	defer p.graphs.comparing.Unlock()
	if exec, ok := p.graphs.compare[kind]; ok {
		return exec, nil
	}
	if err := loss.Check(kind.lossType); err != nil {
		return nil, err
	}
	exec, err := NewExec(p.backend, p.counted(func(params []*Node) []*Node { return p.compareGraph(params, kind) }))
	if err != nil {
		return nil, err
	}
	p.graphs.compare[kind] = exec.WithName(kind.lossType + " loss")
	return exec, nil
}

func (g *graphs) finalize() {
	for _, exec := range []*Exec{g.embed, g.forward, g.forwardBase, g.measure, g.backward, g.add, g.norm, g.update, g.tokens, g.divergence, g.far} {
		exec.Finalize()
	}
	for _, exec := range g.compare {
		exec.Finalize()
	}
}

// embedGraph takes the embedding and a row's tokens, pairs, branches and positions [4, tokens]. It returns the first
// layer's input [tokens, hidden] and what places the tokens for all layers: cosines, sines and bias.
func (p *Policy) embedGraph(params []*Node) []*Node {
	embedding, tokens := params[0], params[1]
	row := llama.Row{Tokens: line(tokens, 0), Pair: line(tokens, 1), Branch: line(tokens, 2), Position: line(tokens, 3)}
	places := row.Places(p.weights.Config)
	return []*Node{llama.Embed(embedding, row.Tokens), places.Cos, places.Sin, places.Bias}
}

// layerGraph takes a layer's weights, its part of the adapter, places and the layer's input [tokens, hidden], and returns
// its output and what backwardGraph needs of it.
func (p *Policy) layerGraph(params []*Node) []*Node {
	layer, rest := llama.BindLayer(p.weights.Config, params)
	output, kept := layer.WithAdapter(p.Layout.BindLayer(rest[0])).Forward(rest[4], placesOf(rest[1:]))
	return append([]*Node{output}, kept...)
}

// referenceGraph is layerGraph without the adapter, and returns only the output.
func (p *Policy) referenceGraph(params []*Node) []*Node {
	layer, rest := llama.BindLayer(p.weights.Config, params)
	output, _ := layer.Forward(rest[3], placesOf(rest))
	return []*Node{output}
}

// backwardGraph takes a layer's weights, its part of the adapter, places, the layer's input, what layerGraph kept, the
// gradient of the loss by the layer's output, and the gradients of its adapter so far. It returns these with what this
// row adds, and the gradient by the layer's input.
func (p *Policy) backwardGraph(params []*Node) []*Node {
	layer, rest := llama.BindLayer(p.weights.Config, params)
	layer, rest = layer.WithAdapter(p.Layout.BindLayer(rest[0])), rest[1:]
	input, kept, rest := rest[3], rest[4:4+llama.KeptTensors], append(rest[:3:3], rest[4+llama.KeptTensors:]...)
	slope, grads := rest[3], rest[4]
	own, by := layer.Backward(input, kept, placesOf(rest), slope)
	return []*Node{Add(grads, own), by}
}

func placesOf(params []*Node) llama.Places {
	return llama.Places{Cos: params[0], Sin: params[1], Bias: params[2]}
}

// measureGraph takes the final norm, the vocabulary matrix, a row's answers [3, answers], a vector of the row's pairs, of
// which only the length counts, and the last layer's output [tokens, hidden]. It returns the log-probabilities and mean
// logits of the row's answers, each [pairs, 2].
func (p *Policy) measureGraph(params []*Node) []*Node {
	norm, head, answers, pairs, hidden := params[0], params[1], params[2], params[3].Shape().Dim(0), params[4]
	logProbs, meanLogits := loss.LogProbs(p.weights.Config.RMSNorm(hidden, norm), head, answersOf(answers), 2*pairs)
	return []*Node{Reshape(logProbs, pairs, 2), Reshape(meanLogits, pairs, 2)}
}

// compareGraph takes what measureGraph takes, with the pairs' weights in place of the vector, and the reference
// log-probabilities [pairs, 2] and the loss's scalars, as [Loss] has them. It returns the policy's log-probabilities and
// mean logits and the pairs' losses [pairs], and with the gradient that of Σ weight·loss by the last layer's output. With
// the divergence it takes the last layer's output without the adapter too, and returns what divergenceGraph adds.
func (p *Policy) compareGraph(params []*Node, kind comparison) []*Node {
	answers, weights, hidden, reference, scalars := params[2], params[3], params[4], params[5], params[6]
	scalar := func(i int) *Node { return Reshape(SliceAxis(scalars, 0, AxisElem(i))) }
	outputs := p.measureGraph(params[:5])
	pairs := weights.Shape().Dim(0)
	losses := loss.Of(kind.lossType, loss.Terms{
		Policy: outputs[0], Reference: reference, Tokens: Reshape(loss.Tokens(line(answers, 2), 2*pairs), pairs, 2),
		Beta: scalar(0), LabelSmoothing: scalar(1),
		SFTWeight: scalar(2), SFTTokens: BroadcastToDims(scalar(3), pairs),
	})
	outputs = append(outputs, losses)
	if kind.gradient {
		outputs = append(outputs, Gradient(ReduceAllSum(Mul(losses, weights)), hidden)[0])
	}
	if kind.divergence {
		outputs = append(outputs, p.diverged(append(params[:5:5], params[7]))...)
	}
	return outputs
}

// normGraph takes the gradients, layer by layer, and returns their norm.
func normGraph(grads []*Node) []*Node {
	sum := ReduceAllSum(Square(grads[0]))
	for _, layer := range grads[1:] {
		sum = Add(sum, ReduceAllSum(Square(layer)))
	}
	return []*Node{Sqrt(sum)}
}

// updateGraph takes a layer's adapter, AdamW's moments, the gradients, and the scalars: learning rate, the factor that
// clips the gradient, and the bias corrections 1−β₁ᵗ and 1−β₂ᵗ. It returns the new adapter and moments and zeroed
// gradients.
func updateGraph(params []*Node) []*Node {
	adapter, mean, variance, grads, scalars := params[0], params[1], params[2], params[3], params[4]
	scalar := func(i int) *Node {
		return BroadcastToShape(Reshape(SliceAxis(scalars, 0, AxisElem(i))), adapter.Shape())
	}
	clipped := Mul(grads, scalar(1))
	mean = Add(MulScalar(mean, beta1), MulScalar(clipped, 1-beta1))
	variance = Add(MulScalar(variance, beta2), MulScalar(Square(clipped), 1-beta2))
	denominator := AddScalar(Div(Sqrt(variance), Sqrt(scalar(3))), epsilon)
	adapter = Sub(adapter, Mul(Div(scalar(0), scalar(2)), Div(mean, denominator)))
	return []*Node{adapter, mean, variance, ZerosLike(grads)}
}

// line is row i of a matrix, as a vector.
func line(x *Node, i int) *Node { return Reshape(SliceAxis(x, 0, AxisElem(i)), x.Shape().Dim(1)) }
