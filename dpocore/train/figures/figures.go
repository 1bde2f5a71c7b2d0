// Package figures sums the results of a step's or an evaluation's pairs to the metrics that a run records.
package figures

import (
	"maps"
	"math"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/metrics"
)

// Sums are those of the pairs of a step or an evaluation.
type Sums struct {
	pairs          int
	loss           float64
	rewards        [2]float64 // of chosen and rejected answers, like the next three
	logProbs       [2]float64
	logits         [2]float64
	tokens         [2]int
	answers        [2]int // that have tokens
	kl             float64
	klPairs        int
	wins, sequence int
	spread

	objectives map[string]*Sums // of each objective of a mix, by name
}

// spread is sums over the answers' tokens.
type spread struct {
	likeliest  float64 // of the chosen answers
	entropy    float64 // of all, like the next
	moved      float64 // log-ratios to the reference
	referenced bool    // there is a reference
	fineTuning bool
}

// Pair has the results of one pair: summed log-probabilities (nats) of the chosen and the rejected answer, and the sum over an
// answer's tokens of the mean vocabulary logit.
type Pair struct {
	Policy, Reference, Logits [2]float32
	Loss, Beta                float64
	Reward                    loss.Reward
	Entropy, Likeliest        [2]float32 // as in policy.Measured
	FineTuning                bool
}

// Add adds a pair to the sums and, unless objective is "", to those of its objective.
func (f *Sums) Add(objective string, e batch.Example, pair Pair) {
	f.addPair(e, pair)
	if objective == "" {
		return
	}
	if f.objectives == nil {
		f.objectives = map[string]*Sums{}
	}
	if f.objectives[objective] == nil {
		f.objectives[objective] = &Sums{}
	}
	f.objectives[objective].addPair(e, pair)
}

func (f *Sums) addPair(e batch.Example, pair Pair) {
	f.pairs++
	f.loss += pair.Loss
	scores := pair.Reward.Scores(pair.Policy, pair.Reference, [2]int{len(e.Chosen), len(e.Rejected)})
	for side, answer := range [2][]int32{e.Chosen, e.Rejected} {
		f.rewards[side] += pair.Beta * scores[side]
		f.logProbs[side] += float64(pair.Policy[side])
		f.logits[side] += float64(pair.Logits[side])
		f.entropy += float64(pair.Entropy[side])
		f.moved += float64(pair.Policy[side]) - float64(pair.Reference[side])
		f.tokens[side] += len(answer)
		if len(answer) > 0 {
			f.answers[side]++
			f.sequence += len(e.Prompt) + len(answer)
		}
	}
	f.fineTuning, f.referenced = pair.FineTuning, pair.Reward.NeedsReference()
	f.likeliest += float64(pair.Likeliest[0])
	if evaluation.Correct(scores[0]-scores[1], float64(pair.Policy[0]), float64(pair.Policy[1])) {
		f.wins++
	}
}

// AddKL adds the divergence of a batch of this many pairs.
func (f *Sums) AddKL(nats float64, pairs int) {
	f.kl += nats * float64(pairs)
	f.klPairs += pairs
}

// mean of a sum over the pairs.
func (f *Sums) mean(sum float64) float64 { return sum / float64(f.pairs) }

// Tokens is the number of tokens in all sequences of a prompt and an answer.
func (f *Sums) Tokens() int64 { return int64(f.sequence) }

// Event is a step's part of metrics.jsonl.
func (f *Sums) Event() metrics.Event {
	return metrics.Event{
		PairMeans:    f.Means(),
		LogitsChosen: f.logits[0] / float64(f.tokens[0]), LogitsRejected: f.logits[1] / float64(f.tokens[1]),
	}
}

// Means are the figures that steps and evaluations have in common.
func (f *Sums) Means() metrics.PairMeans {
	entropy := f.entropy / float64(f.tokens[0]+f.tokens[1])
	if f.fineTuning {
		return metrics.PairMeans{Loss: f.mean(f.loss), Entropy: &entropy, FineTuning: &metrics.FineTuning{MeanTokenAccuracy: f.tokenAccuracy()}}
	}
	means := metrics.PairMeans{
		Loss:          f.mean(f.loss),
		RewardsChosen: f.meanOf(f.rewards, 0), RewardsRejected: f.meanOf(f.rewards, 1),
		RewardsAccuracies: f.accuracy(), RewardsMargins: f.margin(),
		LogpsChosen: f.meanOf(f.logProbs, 0), LogpsRejected: f.meanOf(f.logProbs, 1),
		Entropy: &entropy, MeanTokenAccuracy: new(f.tokenAccuracy()),
		Objectives: f.byObjective(),
	}
	if f.referenced {
		means.KLEstimate = new(f.moved / float64(f.tokens[0]+f.tokens[1]))
	}
	if f.klPairs > 0 {
		kl := f.kl / float64(f.klPairs)
		means.KL = &kl
	}
	return means
}

// tokenAccuracy is the share of the chosen answers' tokens that are the likeliest, NaN if there are none.
func (f *Sums) tokenAccuracy() float64 { return f.likeliest / float64(f.tokens[0]) }

// paired reports whether the sums are of pairs, not of single answers.
func (f *Sums) paired() bool { return f.answers == [2]int{f.pairs, f.pairs} }

// meanOf is the mean of a sum over the answers of a side, NaN if there are none.
func (f *Sums) meanOf(sums [2]float64, side int) float64 {
	return sums[side] / float64(f.answers[side])
}

// accuracy is the share of pairs in which the chosen answer has the larger reward, NaN for single answers.
func (f *Sums) accuracy() float64 {
	if !f.paired() {
		return math.NaN()
	}
	return f.mean(float64(f.wins))
}

// margin is the mean difference of rewards, of single answers the difference of their means.
func (f *Sums) margin() float64 {
	if f.paired() {
		return f.mean(f.rewards[0] - f.rewards[1])
	}
	return f.meanOf(f.rewards, 0) - f.meanOf(f.rewards, 1)
}

// byObjective are the figures of each objective, by name.
func (f *Sums) byObjective() (list []metrics.Objective) {
	for _, name := range slices.Sorted(maps.Keys(f.objectives)) {
		o := f.objectives[name]
		list = append(list, metrics.Objective{
			Name: name, Pairs: o.pairs, Loss: o.mean(o.loss),
			RewardsAccuracies: o.accuracy(), RewardsMargins: o.margin(),
		})
	}
	return list
}
