package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// KTOName is the name of [KTO].
const KTOName = "kto"

// KTO is λ_D·(1 − σ(β·(a − z))) of a good answer and λ_U·(1 − σ(β·(z − b))) of a bad one, [pairs]: Kahneman-Tversky
// optimization, equations 7 and 8 of Ethayarajh et al. 2024 (https://arxiv.org/abs/2402.01306). Of a pair with both answers it
// is the mean of the two, so that the mean over pairs is that over answers; t.Sides tells which answers there are. z estimates
// the divergence from the reference: the mean log-ratio of answers to other prompts of the batch, at least 0, without a
// gradient. A run computes it before the batch's losses.
func KTO(t Terms) *Node {
	ratios := Sub(t.Policy, t.Reference)
	good, bad := sides(Mul(Sub(ratios, t.scalar(t.Divergence, ratios)), t.scalar(t.Beta, ratios)))
	hasGood, hasBad := sides(t.Sides)
	sum := Add(
		Mul(Mul(t.scalar(t.Desirable, good), hasGood), sigma(Neg(good))),
		Mul(Mul(t.scalar(t.Undesirable, bad), hasBad), sigma(bad)))
	answers := Add(hasGood, hasBad)
	return Div(sum, Max(answers, OnesLike(answers))) // a row's unused places have no answer
}

// Sides is 1 where an answer has tokens and 0 elsewhere, [answers] float32, from Answers.Owner.
func Sides(owner *Node, answers int) *Node {
	counts := ReduceSum(ownership(owner, answers), 0)
	return Min(counts, OnesLike(counts))
}
