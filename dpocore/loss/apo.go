package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// APOZero is 1 − σ(β·a) + σ(β·b), [pairs]: anchored preference optimization for chosen answers that are better than the
// model's own, equation 7 of D'Oosterlinck et al. 2024 (https://arxiv.org/abs/2408.06266). 1 − σ(x) is σ(−x), which
// keeps its digits.
func APOZero(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	return Add(sigma(Neg(chosen)), sigma(rejected))
}

// APODown is σ(β·a) + 1 − σ(margin), [pairs]: the same for chosen answers that are worse than the model's own, equation
// 8. The chosen answer's likelihood falls with the rejected one's, but less.
func APODown(t Terms) *Node {
	chosen, _ := sides(t.Rewards())
	return Add(sigma(chosen), sigma(Neg(t.Margins())))
}
