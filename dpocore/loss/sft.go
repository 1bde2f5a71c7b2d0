package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// SFT is −log π(chosen)/n, [pairs], with n from Terms.SFTTokens: the term of supervised fine-tuning on the chosen answer,
// TRL's "sft" in a list of losses (Wang et al. 2024, https://arxiv.org/abs/2411.10442, has it beside sigmoid and
// bco_pair).
//
// TRL's is the mean over all chosen tokens of a batch, so that long answers weigh more. With n the batch's chosen tokens
// divided by its pairs, the mean of this over the batch is the same number, and so is its gradient. With n a pair's own
// chosen tokens every pair weighs the same.
func SFT(t Terms) *Node {
	chosen, _ := sides(t.Policy)
	return Neg(Div(chosen, t.SFTTokens))
}
