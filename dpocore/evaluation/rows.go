package evaluation

import (
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/statistics"
)

// A Row is one figure of a report for reading.
type Row struct {
	Name, Value, Interval, Words string
}

// Rows are the report's figures in the order of reading. What was not measured has none, and a model without an adapter
// none at all: it is its own reference.
func (r Report) Rows() []Row {
	if r.Run == "" {
		return nil
	}
	rows := []Row{
		row("accuracy", r.Accuracy, percent, "pairs whose chosen answer gained more than the rejected one"),
		row("at equal lengths", r.LengthControlled, percent, "the same, with the answers' length taken out"),
		row("takes the longer", r.TakesLonger, percent, "pairs in which the longer answer gained more"),
		row("gap", r.Gap, nats, "nats by which chosen gained more than rejected, without beta"),
		row("gap as reward", r.Gap.Times(r.Beta), reward, fmt.Sprintf("the same times beta, %g", r.Beta)),
		row("chosen", r.Chosen, nats, "nats that a chosen answer's log-probability gained"),
		row("rejected", r.Rejected, nats, "nats that a rejected answer's gained"),
	}
	if r.KL.Value != 0 {
		rows = append(rows, row("KL", r.KL, small, "nats a token between the model now and before"))
	}
	rows = append(rows,
		row("Brier", r.Calibration.Brier, small, "0 is perfect, 0.25 a coin toss"),
		Row{"calibration error", percent(r.Calibration.Error), "", "how far sureness and accuracy lie apart"})
	for _, parts := range [][]Part{r.Sources, r.Objectives} {
		for _, part := range parts {
			rows = append(rows, row(part.Name, part.Accuracy, percent, fmt.Sprintf("accuracy on its %d pairs, gap %s", part.Pairs, nats(part.Gap.Value))))
		}
	}
	return append(rows, r.textRows()...)
}

// textRows are what was seen of text and answers.
func (r Report) textRows() (rows []Row) {
	if p := r.PlainText; p != nil {
		rows = append(rows, row("plain text", p.Factor, small, fmt.Sprintf("perplexity after by before: %.2f by %.2f on %d tokens of %s", p.After, p.Before, p.Tokens, p.Source)))
	}
	if w := r.Answers; w != nil {
		rows = append(rows,
			row("answers' length", w.Change.Tokens, nats, fmt.Sprintf("tokens more: %.0f, the base %.0f", w.Run.Tokens, w.Base.Tokens)),
			row("answers that end", w.Change.Ended, points, fmt.Sprintf("within %d tokens: %s, the base %s", w.MaxNewTokens, percent(w.Run.Ended), percent(w.Base.Ended))),
			row("repetition", w.Change.Repetition, points, fmt.Sprintf("runs of four words that return: %s, the base %s", percent(w.Run.Repetition), percent(w.Base.Repetition))))
	}
	if w := r.WinRate; w != nil {
		rows = append(rows, row("win rate", w.Rate, percent, fmt.Sprintf("of %d answers against the base's; the judge agrees with itself, asked both ways, in %s", w.Answers, percent(w.Consistent))))
	}
	return rows
}

// row writes an estimate; an interval with an open end is not written.
func row(name string, e statistics.Estimate, write func(float64) string, words string) Row {
	out := Row{Name: name, Value: write(e.Value), Words: words}
	if !math.IsInf(e.Low, 0) && !math.IsInf(e.High, 0) {
		out.Interval = write(e.Low) + " to " + write(e.High)
	}
	return out
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
func points(x float64) string  { return fmt.Sprintf("%+.0f %%", 100*x+0) }
func nats(x float64) string    { return fmt.Sprintf("%+.2f", x) }
func reward(x float64) string  { return fmt.Sprintf("%+.4f", x) }
func small(x float64) string   { return fmt.Sprintf("%.4f", x) }

// InWords says in one sentence what the accuracy tells.
func (r Report) InWords() string {
	switch {
	case r.Run == "":
		return "Without an adapter every gap is 0; the log-probabilities are those of the model itself."
	case r.ByLength():
		return "Better than chance, but perhaps by length alone: at equal lengths the interval reaches down to 50 %."
	case r.Accuracy.Above(0.5):
		return "Better than chance: all of the interval lies above 50 %."
	case r.Accuracy.Below(0.5):
		return "Worse than chance: all of the interval lies below 50 %. Check that chosen and rejected are not swapped."
	default:
		return "Not told from chance: the interval holds 50 %. More steps or more pairs to evaluate on may tell."
	}
}

// Bounds of ByLength.
const (
	lengthShare  = 0.1  // of the accuracy that must be lost at equal lengths before that is worth a word
	barelyBetter = 0.52 // what accuracy at equal lengths may be before it is more than chance
)

// ByLength says whether length alone may explain the accuracy.
func (r Report) ByLength() bool {
	return r.Accuracy.Above(0.5) && !r.LengthControlled.Above(barelyBetter) && r.LengthControlled.Value < r.Accuracy.Value-lengthShare
}

// DifferenceInWords says in one sentence what a comparison of two runs tells.
func DifferenceInWords(first, second string, d statistics.Difference) string {
	better, worse := first, second
	if d.Only[1] > d.Only[0] {
		better, worse = second, first
	}
	seen := fmt.Sprintf("of %d pairs %d are ranked right by %s alone and %d by %s alone (P = %.2g)", d.Pairs, d.Only[0], first, d.Only[1], second, d.P)
	switch {
	case d.P < 0.05:
		return fmt.Sprintf("%s ranks more pairs right than %s: %s.", better, worse, seen)
	case d.Only == [2]int{}:
		return fmt.Sprintf("%s and %s rank the very same pairs right.", first, second)
	default:
		return fmt.Sprintf("No difference that so many pairs can show: %s.", seen)
	}
}
