package gonbext

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// longestTurn is what a package of dpocore would compute: the length of the longest turn of the prompts.
func longestTurn(set *preference.Set) (longest int) {
	for _, pair := range set.Pairs {
		for _, turn := range pair.Prompt {
			longest = max(longest, len(turn.Content))
		}
	}
	return longest
}

// dummy is a cell helper: it calls a function of dpocore in a task and shows the result.
func dummy(p Pairs) {
	cell.Task(func(_ context.Context, status cell.Status) (output.Content, error) {
		status("Measuring")
		return output.Paragraph(fmt.Sprintf("The longest turn has %d characters.", longestTurn(p.set.Train))), nil
	})
}

// TestDummyHelper: a function around cell.Task is all that a helper needs; errors and the stop button are handled there.
func TestDummyHelper(t *testing.T) {
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	dummy(p)
	if !strings.Contains(out.String(), "The longest turn has 11 characters.") {
		t.Errorf("the cell shows %q", out)
	}
}
