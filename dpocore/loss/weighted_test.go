package loss_test

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// Several losses are added with their weights, without weights each once: MPO's list is 0.8·sigmoid + 0.2·bco_pair + 1·sft.
func TestSeveralLosses(t *testing.T) {
	pairs, s := gains([2]float32{1.5, -7}, [2]float32{-1.5, 0.125}), settings{beta: 0.5}
	dpo, bco := run(t, "sigmoid", pairs, s), run(t, "bco_pair", pairs, s)
	for _, weights := range [][]float32{nil, {0.8, 0.2, 1}} {
		exec, err := NewExec(backend, func(in []*Node) []*Node {
			terms := loss.Terms{Policy: in[0], Reference: in[1], Tokens: in[2]}
			terms.Beta, terms.LabelSmoothing, terms.SFTTokens, terms.Weights = in[3], in[4], in[5], in[6:]
			return []*Node{loss.Of("sigmoid,bco_pair,sft", terms)}
		})
		if err != nil {
			t.Fatal(err)
		}
		in := inputs[float32](pairs, s, [2]float64{})[:6]
		for _, weight := range weights {
			in = append(in, weight)
		}
		outputs, err := exec.Call(in...)
		got := flat(t, outputs, err)[0]
		if weights == nil {
			weights = []float32{1, 1, 1}
		}
		for i, p := range pairs {
			want := float64(weights[0]*dpo.losses[i] + weights[1]*bco.losses[i] - weights[2]*p.policy[0]/p.sftTokens)
			near(t, name(i, p, s)+"sum", got[i], want, 1e-6*want)
		}
	}
}
