// Package tokenview shows what a run changed in single pairs, token by token. Package measure makes a [View].
package tokenview

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// View is pairs token by token. The script of a notebook's inspector reads its JSON.
type View struct {
	Run   string  `json:"run"`
	Beta  float64 `json:"beta"`
	Steps []int   `json:"steps"`
	Pairs []Pair  `json:"pairs"`
}

// Pair has two answers, chosen and rejected.
type Pair struct {
	Where   string    `json:"where"`
	Prompt  string    `json:"prompt"`
	Answers [2]Answer `json:"answers"` // chosen, rejected
}

// Answer has a log-probability for each token.
type Answer struct {
	Tokens []string    `json:"tokens"`
	Before []logProb   `json:"before"`
	After  [][]logProb `json:"after"` // [steps][tokens]
}

// logProb is a log-probability, in nats.
type logProb float64

// MarshalJSON writes five decimals, which keeps the sum over a long answer exact to a thousandth of a nat.
func (f logProb) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%.5f", float64(f)+0)), nil }

// NewAnswer has the tokens of an answer, their log-probabilities before training [tokens], and after each of the view's
// steps [steps][tokens], in nats.
func NewAnswer(tokens []string, before []float32, after [][]float32) Answer {
	a := Answer{Tokens: tokens, Before: toLogProbs(before)}
	for _, step := range after {
		a.After = append(a.After, toLogProbs(step))
	}
	return a
}

func toLogProbs(values []float32) []logProb {
	list := make([]logProb, len(values))
	for i, value := range values {
		list[i] = logProb(value)
	}
	return list
}

func sum(list []logProb) (total float64) {
	for _, f := range list {
		total += float64(f)
	}
	return total
}

// last is the log-probability of each token at the end of the run.
func (a Answer) last() []logProb { return a.After[len(a.After)-1] }

// gain is the log-ratio of the answer at the end of the run, in nats.
func (a Answer) gain() float64 { return sum(a.last()) - sum(a.Before) }

// surprise is the answer's mean negative log-likelihood at the end of the run, in nats per token.
func (a Answer) surprise() float64 { return -sum(a.last()) / float64(max(1, len(a.Tokens))) }

// margin is the gap between the gains of the two answers, in nats.
func (p Pair) margin() float64 { return p.Answers[0].gain() - p.Answers[1].gain() }

// change is how far the run moved both answers, in nats.
func (p Pair) change() float64 {
	return math.Abs(p.Answers[0].gain()) + math.Abs(p.Answers[1].gain())
}

// Highlights are the pairs to look at first: the one with the lowest margin, the one that changed most, and the one with
// the most surprising chosen answer; each once.
func (v View) Highlights() (list []Pair) {
	for _, key := range []func(Pair) float64{
		func(p Pair) float64 { return -p.margin() },
		Pair.change,
		func(p Pair) float64 { return p.Answers[0].surprise() },
	} {
		top := slices.MaxFunc(v.Pairs, func(a, b Pair) int { return cmp.Compare(key(a), key(b)) })
		if !slices.ContainsFunc(list, func(p Pair) bool { return p.Where == top.Where }) {
			list = append(list, top)
		}
	}
	return list
}

// Text lists the highlights with the tokens that changed most.
func (v View) Text() string {
	var b strings.Builder
	for _, p := range v.Highlights() {
		fmt.Fprintf(&b, "%s\n%s\n", p.Where, p.Prompt)
		for side, name := range []string{"chosen", "rejected"} {
			a := p.Answers[side]
			fmt.Fprintf(&b, "  %-8s  %.2f before, %.2f after, %+.2f; changed most: %s\n", name, sum(a.Before), sum(a.last()), a.gain(), a.mostChanged())
		}
		fmt.Fprintf(&b, "  margin %+.2f nats\n\n", p.margin())
	}
	return b.String()
}

// mostChanged lists the three tokens with the largest absolute log-ratios.
func (a Answer) mostChanged() string {
	const listed = 3
	order := make([]int, len(a.Tokens))
	for i := range order {
		order[i] = i
	}
	ratio := func(i int) float64 { return float64(a.last()[i] - a.Before[i]) }
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(ratio(j)), math.Abs(ratio(i))) })
	var parts []string
	for _, i := range order[:min(listed, len(order))] {
		parts = append(parts, fmt.Sprintf("%q %+.2f", a.Tokens[i], ratio(i)))
	}
	return strings.Join(parts, ", ")
}
