package loss

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// MaxLogitGap is the largest difference between the logits of two models, in nats, for which Divergence is accurate.
const MaxLogitGap = 80

// Divergence returns the KL divergence KL(π‖π_ref) of the next-token distributions, summed over each answer's tokens,
// [answers] float32 in nats. It sums over the whole vocabulary instead of sampling; the text is the pairs'. policy and
// reference are hidden states [row, hidden]; the other arguments are those of LogProbs.
//
//	KL = Σ_v π(v)·(log π(v) − log π_ref(v)) = log(1 + Σ_v π(v)·(exp(d(v)) − 1 − d(v)))
//
// where d is logits_ref − logits minus its mean under π. All terms of the second form are positive, so small divergences
// are accurate. The difference of the logits is computed from the difference of the hidden states; the other graph nodes
// are the same as in LogProbs. maxGap [] is the maximum of d; if it is above MaxLogitGap, use FarDivergence.
func Divergence(policy, reference *Node, head product.Vocabulary, a Answers, answers int) (divergence, maxGap *Node) {
	states := a.states(policy)
	exps, _ := exponentials(head.Logits(states))
	sum := sumAsTorch(exps)
	mean := func(x *Node) *Node { return Div(sumAsTorch(Mul(exps, x)), sum) } // under π, [tokens]
	d := head.Logits(Sub(a.states(reference), states))
	d = Sub(d, BroadcastToShape(Reshape(mean(d), d.Shape().Dim(0), 1), d.Shape()))
	terms := Sub(Expm1(MinScalar(d, MaxLogitGap)), d)
	return a.sum(Log1p(mean(terms)), answers), ReduceAllMax(d)
}

// FarDivergence returns the same as Divergence, computed by the first form: it works for any difference between the models,
// but small divergences lose precision.
func FarDivergence(policy, reference *Node, head product.Vocabulary, a Answers, answers int) *Node {
	logProbs := func(hidden *Node) *Node { // [tokens, vocabulary]
		logits := head.Logits(a.states(hidden))
		exps, maximum := exponentials(logits)
		norm := Add(Log(sumAsTorch(exps)), maximum)
		return Sub(logits, BroadcastToShape(Reshape(norm, norm.Shape().Dim(0), 1), logits.Shape()))
	}
	logPi, logRef := logProbs(policy), logProbs(reference)
	return a.sum(sumAsTorch(Mul(Exp(logPi), Sub(logPi, logRef))), answers)
}
