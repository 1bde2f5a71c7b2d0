package evaluation

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/statistics"
)

func all(r Report) string {
	var b strings.Builder
	for _, row := range r.Rows() {
		b.WriteString(row.Name + "|" + row.Value + "|" + row.Interval + "|" + row.Words + "\n")
	}
	return b.String()
}

func TestRows(t *testing.T) {
	r, err := Of(ten(), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if rows := r.Rows(); rows != nil || !strings.Contains(r.InWords(), "Without an adapter") {
		t.Errorf("a model alone: %v, %s", rows, r.InWords())
	}
	r.Run = "run"
	text := PlainTextOf("a book", []Passage{{10, -10, -15}, {10, -10, -15}})
	wording := WordingOf([]Answered{{"a", Answer{"One.", 2, true}, Answer{"One two.", 3, false}}}, 9)
	r.PlainText, r.Answers, r.WinRate = &text, &wording, &WinRate{Answers: 4, Rate: statistics.Estimate{Value: 0.5, Low: 0.25, High: 0.75}, Consistent: 1}
	for _, want := range []string{
		"accuracy|80 %|", "gap|+0.60|", "gap as reward|+0.0600|", "KL|0.1000|", "helpfulness|80 %|", "a|80 %|", "accuracy on its 5 pairs, gap +0.60",
		"perplexity after by before: 4.48 by 2.72 on 20 tokens of a book", "answers that end|-100 %||within 9 tokens: 0 %, the base 100 %", "win rate|50 %|25 % to 75 %|of 4 answers",
	} {
		if !strings.Contains(all(r), want) {
			t.Errorf("no %q in\n%s", want, all(r))
		}
	}
}

func TestInWords(t *testing.T) {
	estimate := func(value, low, high float64) statistics.Estimate {
		return statistics.Estimate{Value: value, Low: low, High: high}
	}
	for want, r := range map[string]Report{
		"Better than chance: all": {Accuracy: estimate(0.8, 0.7, 0.9), LengthControlled: estimate(0.75, 0.6, 0.9)},
		"perhaps by length alone": {Accuracy: estimate(0.8, 0.7, 0.9), LengthControlled: estimate(0.52, 0.4, 0.6)},
		"Worse than chance":       {Accuracy: estimate(0.2, 0.1, 0.3)},
		"Not told from chance":    {Accuracy: estimate(0.6, 0.45, 0.75)},
	} {
		if r.Run = "run"; !strings.Contains(r.InWords(), want) {
			t.Errorf("got %q, want %q", r.InWords(), want)
		}
	}
	for want, d := range map[string]statistics.Difference{
		"b ranks more pairs right than a: of 60 pairs 2 are ranked right by a alone and 12 by b alone (P = 0.013)": {P: 0.013, Only: [2]int{2, 12}, Pairs: 60},
		"No difference that so many pairs can show":                                                                {P: 0.4, Only: [2]int{2, 4}, Pairs: 60},
		"the very same pairs": {P: 1, Pairs: 60},
	} {
		if got := DifferenceInWords("a", "b", d); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
