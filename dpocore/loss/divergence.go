package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Divergence is the Kullback-Leibler divergence KL(π‖π_ref) of the next token's two distributions, summed over each
// answer's tokens, [answers] float32 in nats. It is exact over the vocabulary: nothing is sampled but the text, which is
// the pairs' own. policy and reference are hidden states [row, hidden], the rest is as LogProbs has it.
//
//	KL = Σ_v π(v)·(log π(v) − log π_ref(v))
func Divergence(policy, reference, head *Node, a Answers, answers int) *Node {
	tokens := a.Source.Shape().Dim(0)
	logProbs := func(hidden *Node) *Node { // [tokens, vocabulary]
		logits := DotGeneral(Gather(hidden, Reshape(a.Source, tokens, 1)), []int{1}, nil, head, []int{1}, nil)
		shifted := Sub(logits, BroadcastToShape(ReduceAndKeep(logits, ReduceMax, -1), logits.Shape()))
		return Sub(shifted, BroadcastToShape(Log(ReduceAndKeep(Exp(shifted), ReduceSum, -1)), logits.Shape()))
	}
	mine, its := logProbs(policy), logProbs(reference)
	perToken := ReduceSum(Mul(Exp(mine), Sub(mine, its)), -1)
	return ReduceSum(Mul(owned(a.Owner, answers), BroadcastToDims(Reshape(perToken, tokens, 1), tokens, answers)), 0)
}
