package loss_test

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// TestKTOByHand, with β = 0.5, z = 1, λ_D = 2 and λ_U = 3: a good answer with a log-ratio of 3 has the loss 2·(1 − σ(0.5·(3−1))) =
// 2·σ(−1) = 0.5378828, a bad one with a log-ratio of −1 the loss 3·(1 − σ(0.5·(1+1))) = 3·σ(−1) = 0.8068243. A pair of the two has
// their mean. A missing answer adds nothing, nor does a place without any.
func TestKTOByHand(t *testing.T) {
	exec, err := NewExec(backend, func(in []*Node) []*Node {
		terms := loss.Terms{Policy: in[0], Reference: in[1], Sides: in[2]}
		terms.Beta, terms.Divergence, terms.Desirable, terms.Undesirable = in[3], in[4], in[5], in[6]
		losses := loss.Of("kto", terms)
		return []*Node{losses, Gradient(ReduceAllSum(losses), in[0])[0]}
	})
	if err != nil {
		t.Fatal(err)
	}
	policy := []float32{-7, 0, 0, -9, -7, -9, 0, 0}
	reference := []float32{-10, 0, 0, -8, -10, -8, 0, 0}
	sides := []float32{1, 0, 0, 1, 1, 1, 0, 0}
	outputs, err := exec.Call(matrix(policy, 4, 2), matrix(reference, 4, 2), matrix(sides, 4, 2), float32(0.5), float32(1), float32(2), float32(3))
	out := flat(t, outputs, err)
	for i, want := range []float64{0.5378828, 0.8068243, (0.5378828 + 0.8068243) / 2, 0} {
		near(t, "loss", out[0][i], want, 1e-6)
	}
	grad := sigma(1) * sigma(-1) * 0.5
	for i, want := range []float64{-2 * grad, 0, 0, 3 * grad, -grad, 1.5 * grad, 0, 0} {
		near(t, "gradient", out[1][i], want, 1e-6)
	}
}
