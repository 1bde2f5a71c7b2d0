package policy

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
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

// clipEpsilon keeps the division of gradient clipping from dividing by zero, as in PyTorch's clip_grad_norm_.
const clipEpsilon = 1e-6

// build prepares the four graphs; each compiles when it first runs.
func (p *Policy) build() error {
	var errs []error
	exec := func(name string, fn func([]*Node) []*Node) *Exec {
		e, err := NewExec(p.backend, fn)
		errs = append(errs, err)
		return e.WithName(name)
	}
	p.accumulate = exec("accumulate", p.accumulateGraph)
	p.update = exec("update", updateGraph)
	p.logProbs = exec("log-probabilities", func(params []*Node) []*Node {
		net, rest := llama.Bind(p.weights.Config, params)
		return measure(net.WithAdapter(p.Layout.Bind(rest[0])), rest[1], rest[2], rest[3])
	})
	p.reference = exec("reference", func(params []*Node) []*Node {
		net, rest := llama.Bind(p.weights.Config, params)
		return measure(net, rest[0], rest[1], rest[2])
	})
	return errors.Join(errs...)
}

// measure returns the log-probabilities and mean logits of a row's answers, each [pairs, 2]. places is a vector of the
// row's pairs, of which only the length counts.
func measure(net *llama.Net, tokens, answers, places *Node) []*Node {
	line := func(x *Node, i int) *Node { return Reshape(SliceAxis(x, 0, AxisElem(i)), x.Shape().Dim(1)) }
	hidden := net.Hidden(llama.Row{Tokens: line(tokens, 0), Pair: line(tokens, 1), Branch: line(tokens, 2), Position: line(tokens, 3)})
	pairs := places.Shape().Dim(0)
	logProbs, meanLogits := loss.LogProbs(hidden, net.Head(),
		loss.Answers{Source: line(answers, 0), Target: line(answers, 1), Owner: line(answers, 2)}, 2*pairs)
	return []*Node{Reshape(logProbs, pairs, 2), Reshape(meanLogits, pairs, 2)}
}

// accumulateGraph takes the weights, the adapter, the gradients so far, a row's tokens and answers, its reference
// log-probabilities [pairs, 2], the pairs' weights [pairs], beta and label smoothing. It returns the new gradients, the
// policy's log-probabilities and mean logits [pairs, 2] and the pairs' losses [pairs].
func (p *Policy) accumulateGraph(params []*Node) []*Node {
	net, rest := llama.Bind(p.weights.Config, params)
	flat, grads, tokens, answers := rest[0], rest[1], rest[2], rest[3]
	reference, weights, beta, smoothing := rest[4], rest[5], rest[6], rest[7]
	adapter := p.Layout.Bind(flat)
	measured := measure(net.WithAdapter(adapter).WithCheckpoints(), tokens, answers, weights)
	losses := loss.DPO(loss.Terms{Policy: measured[0], Reference: reference, Beta: beta, LabelSmoothing: smoothing})
	total := ReduceAllSum(Mul(losses, weights))
	return []*Node{Add(grads, adapter.Gradient(total)), measured[0], measured[1], losses}
}

// updateGraph takes the adapter, AdamW's moments, the gradients, and the scalars: learning rate, greatest gradient norm,
// and the bias corrections 1−β₁ᵗ and 1−β₂ᵗ. It returns the new adapter and moments, zeroed gradients and the norm of
// the gradient before clipping.
func updateGraph(params []*Node) []*Node {
	adapter, mean, variance, grads, scalars := params[0], params[1], params[2], params[3], params[4]
	g := adapter.Graph()
	scalar := func(i int) *Node {
		return BroadcastToShape(Reshape(SliceAxis(scalars, 0, AxisElem(i))), adapter.Shape())
	}
	norm := Sqrt(ReduceAllSum(Square(grads)))
	greatest := Reshape(SliceAxis(scalars, 0, AxisElem(1)))
	clip := Min(ScalarOne(g, dtypes.Float32), Div(greatest, AddScalar(norm, clipEpsilon)))
	clipped := Mul(grads, BroadcastToShape(clip, grads.Shape()))
	mean = Add(MulScalar(mean, beta1), MulScalar(clipped, 1-beta1))
	variance = Add(MulScalar(variance, beta2), MulScalar(Square(clipped), 1-beta2))
	denominator := AddScalar(Div(Sqrt(variance), Sqrt(scalar(3))), epsilon)
	adapter = Sub(adapter, Mul(Div(scalar(0), scalar(2)), Div(mean, denominator)))
	return []*Node{adapter, mean, variance, ZerosLike(grads), norm}
}
