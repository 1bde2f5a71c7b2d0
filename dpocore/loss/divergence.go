package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Divergence is the Kullback-Leibler divergence KL(π‖π_ref) of the next token's two distributions, summed over each
// answer's tokens, [answers] float32 in nats. It is exact over the vocabulary: nothing is sampled but the text, which is
// the pairs' own. policy and reference are hidden states [row, hidden], the rest is as LogProbs has it.
//
//	KL = Σ_v π(v)·(log π(v) − log π_ref(v)) = log Σ_v π(v)·exp(d(v)), d = logits_ref − logits less its mean under π
//
// Up to 1 nat it is computed as log(1 + Σ π·(exp(d) − 1 − d)), a sum of terms above 0 alone, so that small divergences
// keep their digits; above, from the two normalizers, which no difference of logits is too large for. The logits'
// difference is a product of the states' difference; what LogProbs makes of the policy's states serves here too.
func Divergence(policy, reference, head *Node, a Answers, answers int) *Node {
	states := a.states(policy)
	logits := dot(states, head)
	exps, greatest := exponentials(logits)
	sum := sumAsTorch(exps)
	mean := func(x *Node) *Node { return Div(sumAsTorch(Mul(exps, x)), sum) } // under π, [tokens]
	d := dot(Sub(a.states(reference), states), head)
	itsExps, itsGreatest := exponentials(Add(logits, d))
	shift := mean(d)
	large := Sub(Add(Sub(Log(sumAsTorch(itsExps)), Log(sum)), Sub(itsGreatest, greatest)), shift)
	d = Sub(d, BroadcastToShape(Reshape(shift, shift.Shape().Dim(0), 1), d.Shape()))
	small := Log1p(mean(Sub(Expm1(MinScalar(d, 80)), d))) // where d is above 80, large is above 1
	return a.sum(Where(GreaterThan(large, OnesLike(large)), large, small), answers)
}
