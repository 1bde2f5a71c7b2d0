package preference

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/internal/finite"
)

// Choice selects which pairs are made of a list of answers.
type Choice int

const (
	AllPairs  Choice = iota // each answer with every worse one
	BestWorst               // the best with the worst: one pair
	Adjacent                // each answer with those of the next lower rank
)

// Choices are the names of the choices, in the order of their values.
var Choices = []string{"all", "best-worst", "adjacent"}

// ParseChoice returns the choice with this name.
func ParseChoice(name string) (c Choice, ok bool) {
	c = Choice(slices.Index(Choices, name))
	return c, c >= 0
}

// ListOptions select pairs from a list of scored or ranked answers. The zero
// value selects all pairs.
type ListOptions struct {
	Choice Choice
	MinGap float64 // minimum difference of the scores, or ranks, of a pair
}

// Validate reports the first invalid field.
func (o ListOptions) Validate() error {
	switch {
	case o.Choice < AllPairs || o.Choice > Adjacent:
		return fmt.Errorf("the choice of pairs is %d; it must be AllPairs, BestWorst or Adjacent", o.Choice)
	case !(o.MinGap >= 0) || math.IsInf(o.MinGap, 1):
		return fmt.Errorf("the minimum gap is %g; it must be at least 0", o.MinGap)
	}
	return nil
}

// Scored is an answer with its score; the higher, the better.
type Scored struct {
	Answer string
	Score  float64
}

// FromScores makes pairs of answers with scores, the higher the better. Two
// answers with equal scores make no pair, nor do two with equal texts. Pairs
// are ordered by their chosen answers, the best first, then by the rejected
// ones; answers with equal scores are in the order of the list.
//
// If several answers share the best or the worst score, BestWorst uses the
// first of them.
func FromScores(prompt []Turn, answers []Scored, o ListOptions) ([]Pair, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	for i, answer := range answers {
		if !finite.Is(answer.Score) {
			return nil, fmt.Errorf("the score of answer %d is %g; it must be a number", i+1, answer.Score)
		}
		if strings.TrimSpace(answer.Answer) == "" {
			return nil, fmt.Errorf("answer %d is empty; remove it and its score", i+1)
		}
	}
	if len(answers) < 2 {
		return nil, fmt.Errorf("%d answers make no pair; give two or more", len(answers))
	}
	sorted := slices.Clone(answers)
	slices.SortStableFunc(sorted, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	var pairs []Pair
	for _, better := range sorted[:chosenCount(sorted, o.Choice)] {
		for _, worse := range rejectedOf(sorted, better, o.Choice) {
			if better.Score-worse.Score >= o.MinGap && better.Answer != worse.Answer {
				pairs = append(pairs, Pair{Prompt: prompt, Chosen: better.Answer, Rejected: worse.Answer, Weight: 1})
			}
		}
	}
	return pairs, nil
}

// chosenCount returns how many of the sorted answers can be chosen.
func chosenCount(sorted []Scored, choice Choice) int {
	if choice == BestWorst {
		return 1
	}
	return len(sorted)
}

// rejectedOf returns the answers that the better one is paired with.
func rejectedOf(sorted []Scored, better Scored, choice Choice) []Scored {
	below := slices.IndexFunc(sorted, func(a Scored) bool { return a.Score < better.Score })
	if below < 0 {
		return nil
	}
	level := sorted[below].Score
	if choice == BestWorst {
		level = sorted[len(sorted)-1].Score
	}
	first := slices.IndexFunc(sorted, func(a Scored) bool { return a.Score == level })
	switch choice {
	case BestWorst:
		return sorted[first : first+1]
	case Adjacent:
		end := first
		for end < len(sorted) && sorted[end].Score == level {
			end++
		}
		return sorted[first:end]
	}
	return sorted[below:]
}

// FromRanking makes pairs of answers with ranks: ranks[i] is the rank of
// answers[i], 1 is best, equal ranks are a tie. With ranks 4, 2, 1, 3 the
// third answer is chosen over each of the others, the second over the fourth
// and the first, the fourth over the first. Everything else is as in
// [FromScores]; MinGap counts ranks.
func FromRanking(prompt []Turn, answers []string, ranks []int, o ListOptions) ([]Pair, error) {
	if len(ranks) != len(answers) {
		return nil, fmt.Errorf("there are %d ranks for %d answers; give one for each", len(ranks), len(answers))
	}
	scored := make([]Scored, len(answers))
	for i, rank := range ranks {
		if rank < 1 || rank > len(answers) {
			return nil, fmt.Errorf("the rank of answer %d is %d; ranks go from 1, the best, to %d", i+1, rank, len(answers))
		}
		scored[i] = Scored{answers[i], -float64(rank)}
	}
	return FromScores(prompt, scored, o)
}
