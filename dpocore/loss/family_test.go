package loss_test

import (
	"fmt"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/loss"
)

// place is one pair with its token counts.
type place struct {
	policy, reference [2]float32
	tokens            [2]float32
	sftTokens         float32
}

// settings are a loss's scalar inputs.
type settings struct{ beta, smoothing, sftWeight float32 }

// result has the losses [pairs] and the gradient of their sum with respect to the policy's log-probabilities [pairs, 2].
type result struct{ losses, gradient []float32 }

var (
	compiling sync.Mutex
	compiled  = map[string]*Exec{}
)

// graphOf returns the graph of a loss with an SFT term, compiled once; its inputs are those of inputs.
func graphOf(t testing.TB, lossType string) *Exec {
	t.Helper()
	compiling.Lock()
	defer compiling.Unlock()
	if exec := compiled[lossType]; exec != nil {
		return exec
	}
	exec, err := NewExec(backend, func(in []*Node) []*Node {
		terms := loss.Terms{Policy: in[0], Reference: in[1], Tokens: in[2], Sides: OnesLike(in[0]), Scalars: loss.Scalars[*Node]{Weights: make([]*Node, 2)}}
		for i, scalar := range terms.Scalars.Fields() {
			*scalar = in[3+i]
		}
		weights := terms.Weights
		terms.Weights = nil
		losses := Add(loss.Of(lossType, terms), Mul(loss.SFT(terms), BroadcastToShape(weights[1], in[3+2].Shape()))) // kto allows no other loss in its list
		return []*Node{losses, Gradient(ReduceAllSum(losses), in[0])[0]}
	})
	if err != nil {
		t.Fatal(err)
	}
	compiled[lossType] = exec
	return exec
}

// inputs returns the inputs of a loss's graph, with the policy's log-probabilities shifted by d. A scalar that settings do
// not have is 1/2.
func inputs[T float32 | float64](pairs []place, s settings, d [2]float64) []any {
	var policy, reference, tokens, sftTokens []T
	for _, p := range pairs {
		for side := range 2 {
			policy = append(policy, T(p.policy[side])+T(d[side]))
			reference = append(reference, T(p.reference[side]))
			tokens = append(tokens, T(p.tokens[side]))
		}
		sftTokens = append(sftTokens, T(p.sftTokens))
	}
	n := len(pairs)
	list := []any{matrix(policy, n, 2), matrix(reference, n, 2), matrix(tokens, n, 2)}
	var scalars loss.Scalars[any]
	for _, scalar := range scalars.Fields() {
		*scalar = T(0.5)
	}
	scalars.Beta, scalars.LabelSmoothing = T(s.beta), T(s.smoothing)
	scalars.SFTTokens, scalars.Weights = matrix(sftTokens, n), []any{T(1), T(s.sftWeight)}
	for _, scalar := range scalars.Fields() {
		list = append(list, *scalar)
	}
	return list
}

// run computes the loss of pairs.
func run(t testing.TB, lossType string, pairs []place, s settings) result {
	t.Helper()
	outputs, err := graphOf(t, lossType).Call(inputs[float32](pairs, s, [2]float64{})...)
	out := flat(t, outputs, err)
	return result{out[0], out[1]}
}

// runWide computes the loss of pairs by its graph in float64, with the policy's log-probabilities shifted by d.
func runWide(t testing.TB, lossType string, pairs []place, s settings, d [2]float64) []float64 {
	t.Helper()
	outputs, err := graphOf(t, lossType).Call(inputs[float64](pairs, s, d)...)
	if err != nil {
		t.Fatal(err)
	}
	losses := tensors.MustCopyFlatData[float64](outputs[0])
	for _, output := range outputs {
		output.MustFinalizeAll()
	}
	return losses
}

// gains returns pairs with the given log-ratios and different numbers of tokens.
func gains(list ...[2]float32) []place {
	var pairs []place
	for _, gain := range list {
		pairs = append(pairs, place{policy: [2]float32{gain[0] - 40, gain[1] - 30}, reference: [2]float32{-40, -30},
			tokens: [2]float32{16, 5}, sftTokens: 12})
	}
	return pairs
}

// smoothingOf returns a label smoothing that the loss uses: 0.1, or 0.
func smoothingOf(lossType string) float32 {
	if loss.CheckSmoothing(lossType, 0.1) != nil {
		return 0
	}
	return 0.1
}

func forEach(t *testing.T, test func(*testing.T, string)) {
	for _, lossType := range loss.Types() {
		t.Run(lossType, func(t *testing.T) { test(t, lossType) })
	}
}

func name(i int, p place, s settings) string {
	return fmt.Sprintf("pair %d, log-ratios %g and %g, β %g, ε %g: ", i, p.policy[0]-p.reference[0], p.policy[1]-p.reference[1], s.beta, s.smoothing)
}
