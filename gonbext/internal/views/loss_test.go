package views

import (
	"testing"

	"example.com/gonb-dpo/dpocore/evaluation"
)

// With beta 0.1 and gains of 3 and -2 nats the rewards are 0.3 and -0.2, the margin 0.5, and the loss
// -ln(1/(1+e^-0.5)) = ln(1.60653) = 0.4741.
func TestLossTable(t *testing.T) {
	got := Loss(evaluation.Pair{LogpsChosen: -7, RefLogpsChosen: -10, LogpsRejected: -12, RefLogpsRejected: -10}, 0.1)
	want := []string{"-7.0000", "-12.0000", "-10.0000", "-10.0000", "0.3000", "-0.2000", "0.5000", "0.6225", "0.4741"}
	for i, row := range got.Rows {
		if row[1] != want[i] {
			t.Errorf("%s: got %s, want %s", row[0], row[1], want[i])
		}
	}
}

func TestRatioInWords(t *testing.T) {
	for difference, want := range map[float64]string{
		0: "as likely as before", 0.6931: "2 times as likely", -0.6931: "2 times less likely",
		20: "over a thousand times as likely", -20: "less than a thousandth as likely",
	} {
		if got := ratioInWords(difference); got != want {
			t.Errorf("%g: got %q, want %q", difference, got, want)
		}
	}
}
