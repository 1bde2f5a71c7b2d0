package loss_test

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
	"example.com/gonb-dpo/dpocore/loss"
)

// TestMeanLogitsHaveNoGradient: they are only reported, and contribute nothing to the gradient of a loss that contains them.
func TestMeanLogitsHaveNoGradient(t *testing.T) {
	p := random(5, 6, 4, 9, 15, 3, 1)
	n := len(p.source)
	out := call(t, func(in []*Node) []*Node {
		_, mean := loss.LogProbs(in[0], product.Whole(in[1]), loss.Answers{Source: in[2], Target: in[3], Owner: in[4]}, p.answers)
		return append(Gradient(ReduceAllSum(mean), in[0]), mean)
	}, matrix(p.states, p.row, p.hidden), matrix(p.head, p.vocabulary, p.hidden),
		matrix(p.source, n), matrix(p.target, n), matrix(p.owner, n))
	for i, grad := range out[0] {
		if grad != 0 {
			t.Errorf("the gradient with respect to hidden value %d is %g, want 0", i, grad)
		}
	}
	if out[1][0] == 0 {
		t.Errorf("the mean logits are %v; want none of 0", out[1])
	}
}
