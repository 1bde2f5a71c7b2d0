package gonbext

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/preference"
)

// mostInspected is how many pairs Inspect measures.
const mostInspected = 40

// Inspect shows what a run did to single pairs, token by token: both answers before and after training, each token
// coloured by how much likelier or unlikelier the run has made it, its numbers on hover, the sums below. Buttons go
// through the pairs, in an order of choice, and a slider through the checkpoints that the run has kept. Without its script,
// as on a page that shows no more than the saved output, three telling pairs are there.
func Inspect(dir string, p Pairs) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		record, err := finishedRun(dir)
		if err != nil {
			return nil, err
		}
		set, err := p.toEvaluate()
		if err != nil {
			return nil, err
		}
		model, err := baseModel()
		if err != nil {
			return nil, err
		}
		some := preference.Set{Source: set.Source, Pairs: set.Pairs[:min(mostInspected, len(set.Pairs))]}
		measured, err := measure.Inspect(ctx, model, dir, &some, record.Config.MaxLength, func(done, total int) {
			say("Measuring the tokens of %d pairs, part %d of %d", len(some.Pairs), done+1, total)
		})
		if err != nil {
			return nil, err
		}
		return newInspector(dir, record.Config.Beta, measured), nil
	})
}

// inspector is an inspection for reading. Its fields' names in JSON are those that the script knows.
type inspector struct {
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
	Tokens []string   `json:"tokens"`
	Before []figure   `json:"before"`
	After  [][]figure `json:"after"` // [steps][tokens]
}

// figure is a log-probability, short in JSON.
type figure float64

// MarshalJSON writes five decimals: the sums of a long answer are right to a thousandth of a nat.
func (f figure) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%.5f", float64(f)+0)), nil }

func newInspector(dir string, beta float64, measured measure.Inspection) inspector {
	out := inspector{Run: dir, Beta: beta, Steps: measured.Steps}
	for _, pair := range measured.Pairs {
		shown := inspectedPair{Where: pair.Where, Prompt: pair.Prompt}
		for side, answer := range []measure.InspectedAnswer{pair.Chosen, pair.Rejected} {
			own := inspectedAnswer{Tokens: answer.Tokens, Before: asFigures(answer.Reference)}
			for _, step := range answer.Policy {
				own.After = append(own.After, asFigures(step))
			}
			shown.Answers[side] = own
		}
		out.Pairs = append(out.Pairs, shown)
	}
	return out
}

func asFigures(values []float32) []figure {
	list := make([]figure, len(values))
	for i, value := range values {
		list[i] = figure(value)
	}
	return list
}

func sum(list []figure) (total float64) {
	for _, f := range list {
		total += float64(f)
	}
	return total
}

// last are the answer's figures at the run's end.
func (a inspectedAnswer) last() []figure { return a.After[len(a.After)-1] }

// gain is by how many nats the answer has become likelier by the run's end.
func (a inspectedAnswer) gain() float64 { return sum(a.last()) - sum(a.Before) }

// surprise is how unexpected the answer is to the run, in nats a token.
func (a inspectedAnswer) surprise() float64 { return -sum(a.last()) / float64(max(1, len(a.Tokens))) }

func (p inspectedPair) margin() float64 { return p.Answers[0].gain() - p.Answers[1].gain() }

// change is how far the run has moved both answers.
func (p inspectedPair) change() float64 {
	return math.Abs(p.Answers[0].gain()) + math.Abs(p.Answers[1].gain())
}

// telling are the pairs to look at first: the one that the run gets most wrong, or least right, the one that it changed
// most, and the one whose chosen answer still surprises it most; each once.
func (v inspector) telling() (list []inspectedPair) {
	for _, figure := range []func(inspectedPair) float64{
		func(p inspectedPair) float64 { return -p.margin() },
		inspectedPair.change,
		func(p inspectedPair) float64 { return p.Answers[0].surprise() },
	} {
		top := slices.MaxFunc(v.Pairs, func(a, b inspectedPair) int {
			switch x, y := figure(a), figure(b); {
			case x < y:
				return -1
			case x > y:
				return 1
			default:
				return 0
			}
		})
		if !slices.ContainsFunc(list, func(p inspectedPair) bool { return p.Where == top.Where }) {
			list = append(list, top)
		}
	}
	return list
}

// Text lists the telling pairs with the tokens that moved most.
func (v inspector) Text() string {
	var b strings.Builder
	for _, p := range v.telling() {
		fmt.Fprintf(&b, "%s\n%s\n", p.Where, p.Prompt)
		for side, name := range []string{"chosen", "rejected"} {
			a := p.Answers[side]
			fmt.Fprintf(&b, "  %-8s  %.2f before, %.2f after, %+.2f; most moved: %s\n", name, sum(a.Before), sum(a.last()), a.gain(), a.mostMoved())
		}
		fmt.Fprintf(&b, "  margin %+.2f nats\n\n", p.margin())
	}
	return b.String()
}

// mostMoved names the three tokens with the largest log-ratios.
func (a inspectedAnswer) mostMoved() string {
	const most = 3
	order := make([]int, len(a.Tokens))
	for i := range order {
		order[i] = i
	}
	ratio := func(i int) float64 { return float64(a.last()[i] - a.Before[i]) }
	slices.SortStableFunc(order, func(i, j int) int {
		switch x, y := math.Abs(ratio(i)), math.Abs(ratio(j)); {
		case x > y:
			return -1
		case x < y:
			return 1
		default:
			return 0
		}
	})
	var parts []string
	for _, i := range order[:min(most, len(order))] {
		parts = append(parts, fmt.Sprintf("%q %+.2f", a.Tokens[i], ratio(i)))
	}
	return strings.Join(parts, ", ")
}
