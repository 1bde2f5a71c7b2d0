package loss

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// MaxLogitGap is the largest difference between the logits of two models, in nats, for which Divergence is accurate.
const MaxLogitGap = 80

// State is a model's hidden states [row, hidden], after the final norm, and its vocabulary matrix.
type State struct {
	Hidden *Node
	Head   product.Vocabulary
}

// Divergence returns the KL divergence KL(π‖π_ref) of the next-token distributions, summed over each answer's tokens,
// [answers] float32 in nats. It sums over the whole vocabulary instead of sampling; the text is the pairs'. sameHead tells that
// policy and reference have one vocabulary matrix; the other arguments are those of LogProbs.
//
//	KL = Σ_v π(v)·(log π(v) − log π_ref(v)) = log(1 + Σ_v π(v)·(exp(d(v)) − 1 − d(v)))
//
// where d is logits_ref − logits minus its mean under π. All terms of the second form are positive, so small divergences
// are accurate. With one vocabulary matrix the difference of the logits is computed from the difference of the hidden states; the
// other graph nodes are the same as in LogProbs. maxGap [] is the maximum of d; if it is above MaxLogitGap, use FarDivergence.
func Divergence(policy, reference State, sameHead bool, a Answers, answers int) (divergence, maxGap *Node) {
	states := a.states(policy.Hidden)
	logits := policy.Head.Logits(states)
	exps, _ := exponentials(logits)
	sum := sumAsTorch(exps)
	mean := func(x *Node) *Node { return Div(sumAsTorch(Mul(exps, x)), sum) } // under π, [tokens]
	var d *Node
	if sameHead {
		d = policy.Head.Logits(Sub(a.states(reference.Hidden), states))
	} else {
		d = Sub(reference.Head.Logits(a.states(reference.Hidden)), logits)
	}
	d = Sub(d, BroadcastToShape(Reshape(mean(d), d.Shape().Dim(0), 1), d.Shape()))
	terms := Sub(Expm1(MinScalar(d, MaxLogitGap)), d)
	return a.sum(Log1p(mean(terms)), answers), ReduceAllMax(d)
}

// FarDivergence returns the same as Divergence, computed by the first form: it works for any difference between the models,
// but small divergences lose precision.
func FarDivergence(policy, reference State, a Answers, answers int) *Node {
	logProbs := func(of State) *Node { // [tokens, vocabulary]
		logits := of.Head.Logits(a.states(of.Hidden))
		exps, maximum := exponentials(logits)
		norm := Add(Log(sumAsTorch(exps)), maximum)
		return Sub(logits, BroadcastToShape(Reshape(norm, norm.Shape().Dim(0), 1), logits.Shape()))
	}
	logPi, logRef := logProbs(policy), logProbs(reference)
	return a.sum(sumAsTorch(Mul(Exp(logPi), Sub(logPi, logRef))), answers)
}
