package exercises

import (
	"fmt"
	"strings"
	"testing"
)

// Each exercise accepts its answer, and has a different hint for each of five usual mistakes. A hint does not contain the answer.
func TestEachExercise(t *testing.T) {
	for name, e := range all {
		if right, text, err := Check(name, e.right); !right || err != nil || !strings.HasSuffix(text, e.why) {
			t.Errorf("%s: its own answer is not right: %q, %v", name, text, err)
		}
		if len(e.wrong) < 5 {
			t.Errorf("%s knows %d mistakes", name, len(e.wrong))
		}
		hints := map[string]bool{}
		for _, m := range e.wrong {
			right, text, err := Check(name, m.answer)
			if right || err != nil || !strings.HasSuffix(text, m.hint) {
				t.Errorf("%s: %v is answered with %v, %q, %v", name, m.answer, right, text, err)
			}
			hints[text] = true
		}
		if len(hints) != len(e.wrong) {
			t.Errorf("%s: %d hints for %d mistakes", name, len(hints), len(e.wrong))
		}
		if number, ok := e.right.(float64); ok {
			for _, m := range append(e.wrong, mistake{nil, e.hint}) {
				if strings.Contains(" "+m.hint, fmt.Sprintf(" %.3g", number)) {
					t.Errorf("%s: the hint gives %g away: %s", name, number, m.hint)
				}
			}
		}
	}
}

func TestOtherAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer any
		right  bool
		want   string
	}{
		{"1.1", 0.603, true, "right"},
		{"1.1", 0.62, false, "Compute the reward of each answer first"},
		{"1.1", "0.6", false, "takes a number"},
		{"2.1", 5, true, "right"},
		{"2.1", nil, false, "takes a number"},
		{"3.2", "Can't tell ", true, "right"},
		{"3.2", "maybe", false, "Choose one of"},
		{"3.2", 3, false, "takes a word in quotes"},
		{"1.3", 0.5, false, "takes a function of a number"},
		{"1.3", func(x float64) float64 { return 2 * sigmoid(-x) }, false, "At a margin of 0 it is 0.5"},
	} {
		if right, text, err := Check(c.name, c.answer); right != c.right || err != nil || !strings.Contains(text, c.want) {
			t.Errorf("%s, %v: %v, %q, %v", c.name, c.answer, right, text, err)
		}
	}
	if _, _, err := Check("9.9", 1); err == nil || !strings.Contains(err.Error(), "there is no exercise 9.9; there are 1.1, 1.2") {
		t.Errorf("an exercise that does not exist: %v", err)
	}
}
