package dpocore

import (
	"math"

	"example.com/gonb-dpo/dpocore/batch"
)

// figures sums what the pairs of a step or an evaluation showed.
type figures struct {
	pairs          int
	loss           float64
	rewards        [2]float64 // of chosen and rejected answers, as in the next three
	logProbs       [2]float64
	logits         [2]float64
	tokens         [2]int
	wins, sequence int
}

// add takes in one pair: log-probabilities of both answers under policy and reference, and summed mean logits.
func (f *figures) add(e batch.Example, policy, reference, logits [2]float32, loss, beta float64) {
	f.pairs++
	f.loss += loss
	rewards := rewardsOf(policy, reference, beta)
	for side, answer := range [2][]int32{e.Chosen, e.Rejected} {
		f.rewards[side] += rewards[side]
		f.logProbs[side] += float64(policy[side])
		f.logits[side] += float64(logits[side])
		f.tokens[side] += len(answer)
		f.sequence += len(e.Prompt) + len(answer)
	}
	if rewards[0] > rewards[1] {
		f.wins++
	}
}

// mean of a sum over the pairs.
func (f *figures) mean(sum float64) float64 { return sum / float64(f.pairs) }

// rewardsOf are β·(log π − log π_ref) of the chosen and the rejected answer.
func rewardsOf(policy, reference [2]float32, beta float64) [2]float64 {
	return [2]float64{
		beta * (float64(policy[0]) - float64(reference[0])),
		beta * (float64(policy[1]) - float64(reference[1])),
	}
}

// lossOf is loss.DPO of one pair in float64, for figures that need no gradient.
func lossOf(policy, reference [2]float32, beta, smoothing float64) float64 {
	rewards := rewardsOf(policy, reference, beta)
	margin := rewards[0] - rewards[1]
	softplus := func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	return (1-smoothing)*softplus(-margin) + smoothing*softplus(margin)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
