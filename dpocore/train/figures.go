package train

import (
	"maps"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/metrics"
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

	parts map[string]*figures // of each objective of a mix, by its name
}

// take adds a pair to the figures and, where it has one, to its objective's.
func (f *figures) take(objective string, e batch.Example, policy, reference, logits [2]float32, loss, beta float64) {
	f.add(e, policy, reference, logits, loss, beta)
	if objective == "" {
		return
	}
	if f.parts[objective] == nil {
		if f.parts == nil {
			f.parts = map[string]*figures{}
		}
		f.parts[objective] = &figures{}
	}
	f.parts[objective].add(e, policy, reference, logits, loss, beta)
}

// objectives are the figures of each objective, by name.
func (f *figures) objectives() (list []metrics.Objective) {
	for _, name := range slices.Sorted(maps.Keys(f.parts)) {
		part := f.parts[name]
		list = append(list, metrics.Objective{
			Name: name, Pairs: part.pairs, Loss: part.mean(part.loss),
			RewardsAccuracies: part.mean(float64(part.wins)), RewardsMargins: part.mean(part.rewards[0] - part.rewards[1]),
		})
	}
	return list
}

// add takes in one pair: log-probabilities of both answers under policy and reference, and summed mean logits.
func (f *figures) add(e batch.Example, policy, reference, logits [2]float32, loss, beta float64) {
	f.pairs++
	f.loss += loss
	rewards := measure.Rewards(policy, reference, beta)
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

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
