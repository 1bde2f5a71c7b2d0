package views

import (
	"reflect"
	"testing"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/output"
)

func TestRoundAnswers(t *testing.T) {
	before := []rounds.CheckedAnswer{{Prompt: "One?", Text: "long answer", Score: -5}, {Prompt: "One?", Text: "longer answer", Score: -6}, {Prompt: "Two?", Text: "well", Score: -4}, {Prompt: "Three?", Text: "so", Score: -2}}
	after := []rounds.CheckedAnswer{{Prompt: "One?", Text: "a b", Score: -1}, {Prompt: "One?", Text: "ab", Score: -2}, {Prompt: "Three?", Text: "o", Score: -1}}
	got := RoundAnswers(before, after, 3, 2).(output.Table)
	if want := [][]string{{"One?", "-5.00", "long answer", "-1.00", "a b"}, {"Three?", "-2.00", "so", "-1.00", "o"}}; !reflect.DeepEqual(got.Rows, want) || got.Columns[4] != "after round 3" {
		t.Errorf("%q, %q", got.Columns, got.Rows)
	}
	if got := RoundAnswers(before, after, 3, 1).(output.Table); len(got.Rows) != 1 {
		t.Errorf("%d rows", len(got.Rows))
	}
}
