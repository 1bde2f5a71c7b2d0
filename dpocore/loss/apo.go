package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// APOZero is 1 − σ(β·a) + σ(β·b), [pairs]: anchored preference optimization for chosen answers that are better than the
// model's outputs, equation 7 of D'Oosterlinck et al. 2024 (https://arxiv.org/abs/2408.06266). It is computed as
// σ(−x), because 1 − σ(x) loses precision.
func APOZero(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	return Add(sigma(Neg(chosen)), sigma(rejected))
}

// APODown is σ(β·a) + 1 − σ(margin), [pairs]: anchored preference optimization for chosen answers that are worse than
// the model's outputs, equation 8. The likelihoods of both answers fall, that of the rejected one more.
func APODown(t Terms) *Node {
	chosen, _ := sides(t.Rewards())
	return Add(sigma(chosen), sigma(Neg(t.Margins())))
}
