package evaluation

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation/statistics"
)

// formatRows writes one line per row.
func formatRows(r Report) string {
	var b strings.Builder
	for _, row := range r.Rows() {
		b.WriteString(row.Name + "|" + row.Value + "|" + row.Interval + "|" + row.Description + "\n")
	}
	return b.String()
}

func TestRows(t *testing.T) {
	r, err := Summarize(tenPairs(), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if rows := r.Rows(); rows != nil || !strings.Contains(r.Summary(), "Without an adapter") {
		t.Errorf("base model: %v, %s", rows, r.Summary())
	}
	r.Run = "run"
	text := SummarizePlainText("a book", []Passage{{10, -10, -15}, {10, -10, -15}})
	answers := SummarizeAnswers([]AnswerPair{{"a", Answer{"One.", 2, true}, Answer{"One two.", 3, false}}}, 9)
	r.PlainText, r.Answers, r.WinRate = &text, &answers, &WinRate{Answers: 4, Rate: statistics.Estimate{Value: 0.5, Low: 0.25, High: 0.75}, Consistent: 1}
	for _, want := range []string{
		"accuracy|80 %|", "gap|+0.60|", "gap as reward|+0.0600|", "KL|0.1000|", "helpfulness|80 %|", "a|80 %|", "accuracy on its 5 pairs, gap +0.60",
		"perplexity after / before: 4.48 / 2.72 on 20 tokens of a book", "answers that end|-100 %||change in the share that ends within 9 tokens: 0 %, base model 100 %", "win rate|50 %|25 % to 75 %|of 4 answers",
	} {
		if !strings.Contains(formatRows(r), want) {
			t.Errorf("no %q in\n%s", want, formatRows(r))
		}
	}
}

func TestSummary(t *testing.T) {
	estimate := func(value, low, high float64) statistics.Estimate {
		return statistics.Estimate{Value: value, Low: low, High: high}
	}
	for want, r := range map[string]Report{
		"Better than chance: the whole":   {Accuracy: estimate(0.8, 0.7, 0.9), LengthControlled: estimate(0.75, 0.6, 0.9)},
		"length alone may explain it":     {Accuracy: estimate(0.8, 0.7, 0.9), LengthControlled: estimate(0.52, 0.4, 0.6)},
		"Worse than chance":               {Accuracy: estimate(0.2, 0.1, 0.3)},
		"Not distinguishable from chance": {Accuracy: estimate(0.6, 0.45, 0.75)},
	} {
		if r.Run = "run"; !strings.Contains(r.Summary(), want) {
			t.Errorf("got %q, want %q", r.Summary(), want)
		}
	}
	for want, d := range map[string]statistics.Difference{
		"b ranks more pairs right than a: of 60 pairs, only a ranks 2 correctly and only b ranks 12 correctly (P = 0.013)": {P: 0.013, Only: [2]int{2, 12}, Pairs: 60},
		"No significant difference": {P: 0.4, Only: [2]int{2, 4}, Pairs: 60},
		"exactly the same pairs":    {P: 1, Pairs: 60},
	} {
		if got := SummarizeDifference("a", "b", d); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
