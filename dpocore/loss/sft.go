package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// SFTName is the name of [SFT] in a list of losses.
const SFTName = "sft"

// SFT is −log π(chosen)/n, [pairs], with n from Terms.SFTTokens: the supervised fine-tuning term on the chosen answer, "sft"
// in TRL's list of losses (Wang et al. 2024, https://arxiv.org/abs/2411.10442, combine it with sigmoid and bco_pair).
//
// TRL averages over all chosen tokens of a batch, so longer answers have more weight. If n is the number of chosen tokens
// in the batch divided by its number of pairs, the mean of SFT over the batch is the same value with the same gradient. If
// n is the number of the pair's chosen tokens, all pairs have the same weight.
func SFT(t Terms) *Node {
	chosen, _ := sides(t.Policy)
	return Neg(Div(chosen, t.SFTTokens))
}
