package evaluation

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// A Replicated summarizes runs that differ only in their seed, measured on the same pairs. Every value is a mean over seeds and pairs,
// with a 95 % interval for other seeds and other prompts; with one seed it is that of a [Report].
type Replicated struct {
	Accuracy statistics.Estimate `json:"accuracy"`
	Gap      statistics.Estimate `json:"gap"`    // in nats
	Chosen   statistics.Estimate `json:"chosen"` // change in the log-probability of chosen answers, in nats
	KL       statistics.Estimate `json:"kl"`     // in nats per token
}

// SummarizeSeeds summarizes runs measured on the same pairs, [seeds][pairs]. Pairs that are not finite in one of them are left out.
func SummarizeSeeds(runs [][]Pair) (Replicated, error) {
	runs, err := samePairs(runs)
	if err != nil {
		return Replicated{}, err
	}
	groups := prompts(runs[0])
	of := func(value func(Pair) float64) (all [][]float64) {
		for _, pairs := range runs {
			all = append(all, values(pairs, value))
		}
		return all
	}
	tokens, divergence := 0., 0.
	for _, pairs := range runs {
		for _, p := range pairs {
			tokens, divergence = tokens+float64(p.TokensChosen+p.TokensRejected), divergence+p.KL
		}
	}
	perPair := tokens / float64(len(runs)*len(groups))
	ratio := divergence / tokens
	return Replicated{
		Accuracy: statistics.ReplicatedRate(groups, of(func(p Pair) float64 {
			if p.Correct() {
				return 1
			}
			return 0
		})),
		Gap:    statistics.Replicates(groups, of(func(p Pair) float64 { return p.Margin })),
		Chosen: statistics.Replicates(groups, of(func(p Pair) float64 { return p.LogpsChosen - p.RefLogpsChosen })),
		// A ratio of sums, linearized: its mean is the ratio, and its error that of the ratio to first order.
		KL: statistics.Replicates(groups, of(func(p Pair) float64 {
			return ratio + (p.KL-ratio*float64(p.TokensChosen+p.TokensRejected))/perPair
		})),
	}, nil
}

// CompareSeeds tests whether two settings, each trained with the same seeds and measured on the same pairs, [seeds][pairs], rank a
// different share of them correctly.
func CompareSeeds(first, second [][]Pair) (statistics.Difference, error) {
	if len(first) != len(second) || len(first) == 0 {
		return statistics.Difference{}, fmt.Errorf("compare two settings: one has %d seeds and the other %d; compare equally many", len(first), len(second))
	}
	all, err := samePairs(append(append([][]Pair{}, first...), second...))
	if err != nil {
		return statistics.Difference{}, err
	}
	var ranked [2][][]bool
	for i, pairs := range all {
		side := i / len(first)
		ranked[side] = append(ranked[side], correct(pairs))
	}
	return statistics.CompareSeeds(prompts(all[0]), ranked[0], ranked[1]), nil
}

// samePairs returns the pairs of each run that are finite in all of them, or an error if they are not the same pairs.
func samePairs(runs [][]Pair) ([][]Pair, error) {
	both := make([][]Pair, len(runs))
	for r, pairs := range runs {
		if len(pairs) != len(runs[0]) {
			return nil, fmt.Errorf("compare two runs: one was measured on %d pairs and the other on %d; measure both on the same pairs", len(runs[0]), len(pairs))
		}
		for i, b := range pairs {
			if a := runs[0][i]; a.Line != b.Line || a.Source != b.Source || a.TokensChosen != b.TokensChosen {
				return nil, fmt.Errorf("compare two runs: pair %d is not the same in both; measure both runs on the same pairs", i)
			}
		}
		both[r] = make([]Pair, 0, len(pairs))
	}
	for i := range runs[0] {
		finite := true
		for _, pairs := range runs {
			finite = finite && pairs[i].Finite()
		}
		for r := range runs {
			if finite {
				both[r] = append(both[r], runs[r][i])
			}
		}
	}
	if len(both[0]) == 0 {
		return nil, fmt.Errorf("compare two runs: %w with finite log-probabilities in both", ErrNoPairs)
	}
	return both, nil
}

// ReplicatedAnswers are the sampled answers of runs that differ only in their seed: means over seeds and prompts, with 95 % intervals for
// other seeds and other prompts.
type ReplicatedAnswers struct {
	Prompts    int                 `json:"prompts"`
	Tokens     statistics.Estimate `json:"tokens"`
	Ended      statistics.Estimate `json:"ended"`      // share that ended before the maximum length
	Repetition statistics.Estimate `json:"repetition"` // see statistics.Repetition
	Base       AnswerStats         `json:"base"`
}

// SummarizeAnswerSeeds summarizes the answers of runs; ok is false if there are none, or not to the same prompts with the same maximum
// length.
func SummarizeAnswerSeeds(runs []*AnswerReport) (r ReplicatedAnswers, ok bool) {
	for _, run := range runs {
		if run == nil || len(run.Answers) == 0 || len(run.Answers) != len(runs[0].Answers) || run.MaxNewTokens != runs[0].MaxNewTokens {
			return r, false
		}
		for i, a := range run.Answers {
			if a.Prompt != runs[0].Answers[i].Prompt {
				return r, false
			}
		}
	}
	if len(runs) == 0 {
		return r, false
	}
	groups := promptGroups(runs[0].Answers)
	of := func(value func(Answer) float64) (all [][]float64) {
		for _, run := range runs {
			list := make([]float64, len(run.Answers))
			for i, a := range run.Answers {
				list[i] = value(a.Run)
			}
			all = append(all, list)
		}
		return all
	}
	return ReplicatedAnswers{
		Prompts:    countDistinct(groups),
		Tokens:     statistics.Replicates(groups, of(func(a Answer) float64 { return float64(a.Tokens) })),
		Ended:      statistics.ReplicatedRate(groups, of(func(a Answer) float64 { return indicator(a.Ended) })),
		Repetition: statistics.ReplicatedRate(groups, of(func(a Answer) float64 { return statistics.Repetition(a.Text) })),
		Base:       runs[0].Base,
	}, true
}
