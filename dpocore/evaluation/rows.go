package evaluation

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/internal/wording"
)

// A Row is one metric of a report, formatted as text.
type Row struct {
	Name, Value, Interval, Description string
}

// Rows formats the report's metrics in reading order, leaving out what was not measured. There are none for the base model,
// which is its own reference.
func (r Report) Rows() []Row {
	if r.Run == "" {
		return nil
	}
	rows := []Row{
		newRow("accuracy", r.Accuracy, wording.Percent, "pairs whose chosen answer gained more than the rejected one"),
		newRow("length-controlled", r.LengthControlled, wording.Percent, "accuracy adjusted for the length of the answers"),
		newRow("prefers longer", r.PrefersLonger, wording.Percent, "pairs in which the longer answer gained more"),
		newRow("gap", r.Gap, nats, "nats by which chosen answers gained more than rejected ones, without beta"),
		newRow("gap as reward", r.Gap.Times(r.Beta), reward, fmt.Sprintf("the gap times beta (%g)", r.Beta)),
		newRow("chosen", r.Chosen, nats, "change in the log-probability of chosen answers, in nats"),
		newRow("rejected", r.Rejected, nats, "change in the log-probability of rejected answers, in nats"),
	}
	if r.KL.Value != 0 {
		rows = append(rows, newRow("KL", r.KL, decimal, "divergence from the base model, in nats per token"))
	}
	rows = append(rows,
		newRow("Brier", r.Calibration.Brier, decimal, "Brier score: 0 is perfect, 0.25 is a coin toss"),
		Row{"calibration error", wording.Percent(r.Calibration.Error), "", "mean difference between confidence and accuracy"})
	if r.HeldOut != nil {
		rows = append(rows, newRow("held out", r.HeldOut.Accuracy, wording.Percent, fmt.Sprintf("accuracy on the %s not trained on, gap %s", wording.Count(r.HeldOut.Pairs, "pair"), nats(r.HeldOut.Gap.Value))))
	}
	for _, parts := range [][]Part{r.Sources, r.Objectives} {
		for _, part := range parts {
			rows = append(rows, newRow(part.Name, part.Accuracy, wording.Percent, fmt.Sprintf("accuracy on its %s, gap %s", wording.Count(part.Pairs, "pair"), nats(part.Gap.Value))))
		}
	}
	return append(rows, r.textRows()...)
}

// textRows formats the metrics of plain text and of sampled answers.
func (r Report) textRows() (rows []Row) {
	if p := r.PlainText; p != nil {
		rows = append(rows, newRow("perplexity change", p.Factor, decimal, fmt.Sprintf("plain text perplexity after / before: %.2f / %.2f on %d tokens of %s", p.After, p.Before, p.Tokens, p.Source)))
	}
	if a := r.Answers; a != nil {
		rows = append(rows,
			newRow("answer length", a.Change.Tokens, nats, fmt.Sprintf("change in tokens: %.0f, base model %.0f", a.Run.Tokens, a.Base.Tokens)),
			newRow("answers that end", a.Change.Ended, points, fmt.Sprintf("change in the share that ends within %d tokens: %s, base model %s", a.MaxNewTokens, wording.Percent(a.Run.Ended), wording.Percent(a.Base.Ended))),
			newRow("repetition", a.Change.Repetition, points, fmt.Sprintf("change in the share of repeated 4-grams: %s, base model %s", wording.Percent(a.Run.Repetition), wording.Percent(a.Base.Repetition))))
	}
	if w := r.WinRate; w != nil {
		rows = append(rows, newRow("win rate", w.Rate, wording.Percent, fmt.Sprintf("of %d answers over the base model's; asked in both orders, the judge agrees with itself on %s", w.Answers, wording.Percent(w.Consistent))))
	}
	return rows
}

// newRow formats an estimate. It omits an unbounded interval.
func newRow(name string, e statistics.Estimate, format func(float64) string, description string) Row {
	row := Row{Name: name, Value: format(e.Value), Description: description}
	if !math.IsInf(e.Low, 0) && !math.IsInf(e.High, 0) {
		row.Interval = format(e.Low) + " to " + format(e.High)
	}
	return row
}

func points(x float64) string  { return fmt.Sprintf("%+.0f %%", 100*x+0) }
func nats(x float64) string    { return fmt.Sprintf("%+.2f", x) }
func reward(x float64) string  { return fmt.Sprintf("%+.4f", x) }
func decimal(x float64) string { return fmt.Sprintf("%.4f", x) }

// Summary interprets the accuracy in one sentence.
func (r Report) Summary() string {
	switch {
	case r.Run == "":
		return "Without an adapter every gap is 0; the log-probabilities are those of the base model."
	case r.LengthExplains():
		return "Better than chance, but length alone may explain it: the length-controlled interval extends down to 50 %."
	case r.Accuracy.Above(0.5):
		return "Better than chance: the whole interval is above 50 %."
	case r.Accuracy.Below(0.5):
		return "Worse than chance: the whole interval is below 50 %. Check that chosen and rejected are not swapped."
	default:
		return "Not distinguishable from chance: the interval contains 50 %. More training steps or more evaluation pairs may help."
	}
}

// Thresholds of LengthExplains.
const (
	minLengthEffect = 0.1  // drop from accuracy to length-controlled accuracy
	maxBarelyBetter = 0.52 // upper limit of what counts as no better than chance
)

// LengthExplains reports whether a preference for longer or shorter answers may explain the accuracy.
func (r Report) LengthExplains() bool {
	return r.Accuracy.Above(0.5) && !r.LengthControlled.Above(maxBarelyBetter) && r.LengthControlled.Value < r.Accuracy.Value-minLengthEffect
}

// SummarizeDifference describes a comparison of two runs in one sentence.
func SummarizeDifference(first, second string, d statistics.Difference) string {
	better, worse := first, second
	if d.Only[1] > d.Only[0] {
		better, worse = second, first
	}
	evidence := fmt.Sprintf("of %s, only %s ranks %d correctly and only %s ranks %d correctly (P = %.2g)", wording.Count(d.Pairs, "pair"), first, d.Only[0], second, d.Only[1], d.P)
	switch {
	case d.P < 0.05:
		return fmt.Sprintf("%s ranks more pairs right than %s: %s.", better, worse, evidence)
	case d.Only == [2]int{}:
		return fmt.Sprintf("%s and %s rank exactly the same pairs correctly.", first, second)
	default:
		return fmt.Sprintf("No significant difference: %s.", evidence)
	}
}
