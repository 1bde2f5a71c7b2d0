package views

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/measure"
)

// Inspector shows pairs token by token. The script reads its JSON.
type Inspector struct {
	Run   string          `json:"run"`
	Beta  float64         `json:"beta"`
	Steps []int           `json:"steps"`
	Pairs []inspectedPair `json:"pairs"`
}

type inspectedPair struct {
	Where   string             `json:"where"`
	Prompt  string             `json:"prompt"`
	Answers [2]inspectedAnswer `json:"answers"` // chosen, rejected
}

type inspectedAnswer struct {
	Tokens []string    `json:"tokens"`
	Before []logProb   `json:"before"`
	After  [][]logProb `json:"after"` // [steps][tokens]
}

// logProb is a log-probability, in nats.
type logProb float64

// MarshalJSON writes five decimals, which keeps the sum over a long answer exact to a thousandth of a nat.
func (f logProb) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%.5f", float64(f)+0)), nil }

// NewInspector shows what was measured of the run in a folder.
func NewInspector(dir string, beta float64, measured measure.Inspection) Inspector {
	out := Inspector{Run: dir, Beta: beta, Steps: measured.Steps}
	for _, pair := range measured.Pairs {
		shown := inspectedPair{Where: pair.Where, Prompt: pair.Prompt}
		for side, answer := range []measure.InspectedAnswer{pair.Chosen, pair.Rejected} {
			shown.Answers[side] = inspectedAnswer{Tokens: answer.Tokens, Before: toLogProbs(answer.Reference)}
			for _, step := range answer.Policy {
				shown.Answers[side].After = append(shown.Answers[side].After, toLogProbs(step))
			}
		}
		out.Pairs = append(out.Pairs, shown)
	}
	return out
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
func (a inspectedAnswer) last() []logProb { return a.After[len(a.After)-1] }

// gain is the log-ratio of the answer at the end of the run, in nats.
func (a inspectedAnswer) gain() float64 { return sum(a.last()) - sum(a.Before) }

// surprise is the answer's mean negative log-likelihood at the end of the run, in nats per token.
func (a inspectedAnswer) surprise() float64 { return -sum(a.last()) / float64(max(1, len(a.Tokens))) }

// margin is the gap between the gains of the two answers, in nats.
func (p inspectedPair) margin() float64 { return p.Answers[0].gain() - p.Answers[1].gain() }

// change is how far the run moved both answers, in nats.
func (p inspectedPair) change() float64 {
	return math.Abs(p.Answers[0].gain()) + math.Abs(p.Answers[1].gain())
}

// highlights are the pairs to look at first: the one with the lowest margin, the one that changed most, and the one with
// the most surprising chosen answer; each once.
func (v Inspector) highlights() (list []inspectedPair) {
	for _, key := range []func(inspectedPair) float64{
		func(p inspectedPair) float64 { return -p.margin() },
		inspectedPair.change,
		func(p inspectedPair) float64 { return p.Answers[0].surprise() },
	} {
		top := slices.MaxFunc(v.Pairs, func(a, b inspectedPair) int { return cmp.Compare(key(a), key(b)) })
		if !slices.ContainsFunc(list, func(p inspectedPair) bool { return p.Where == top.Where }) {
			list = append(list, top)
		}
	}
	return list
}

// Text lists the highlights with the tokens that changed most.
func (v Inspector) Text() string {
	var b strings.Builder
	for _, p := range v.highlights() {
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
func (a inspectedAnswer) mostChanged() string {
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
