package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// NearMost is how far apart, in nats, the logits of two models may be for Divergence.
const NearMost = 80

// Divergence is the Kullback-Leibler divergence KL(π‖π_ref) of the next token's two distributions, summed over each
// answer's tokens, [answers] float32 in nats. It is exact over the vocabulary: nothing is sampled but the text, which is
// the pairs' own. policy and reference are hidden states [row, hidden], the rest is as LogProbs has it.
//
//	KL = Σ_v π(v)·(log π(v) − log π_ref(v)) = log(1 + Σ_v π(v)·(exp(d(v)) − 1 − d(v)))
//
// where d is logits_ref − logits less its mean under π. The second form sums terms above 0 alone, so that small divergences
// keep their digits. The logits' difference is a product of the states' difference; what LogProbs makes of the policy's
// states serves here too. furthest [] is the greatest d: above NearMost FarDivergence is to be taken.
func Divergence(policy, reference, head *Node, a Answers, answers int) (divergence, furthest *Node) {
	states := a.states(policy)
	exps, _ := exponentials(dot(states, head))
	sum := sumAsTorch(exps)
	mean := func(x *Node) *Node { return Div(sumAsTorch(Mul(exps, x)), sum) } // under π, [tokens]
	d := dot(Sub(a.states(reference), states), head)
	d = Sub(d, BroadcastToShape(Reshape(mean(d), d.Shape().Dim(0), 1), d.Shape()))
	terms := Sub(Expm1(MinScalar(d, NearMost)), d)
	return a.sum(Log1p(mean(terms)), answers), ReduceAllMax(d)
}

// FarDivergence is Divergence of models that are as far apart as can be, by the first form; small divergences lose digits.
func FarDivergence(policy, reference, head *Node, a Answers, answers int) *Node {
	logProbs := func(hidden *Node) *Node { // [tokens, vocabulary]
		logits := dot(a.states(hidden), head)
		exps, greatest := exponentials(logits)
		norm := Add(Log(sumAsTorch(exps)), greatest)
		return Sub(logits, BroadcastToShape(Reshape(norm, norm.Shape().Dim(0), 1), logits.Shape()))
	}
	mine, its := logProbs(policy), logProbs(reference)
	return a.sum(sumAsTorch(Mul(Exp(mine), Sub(mine, its))), answers)
}
