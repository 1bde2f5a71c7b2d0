package views

import (
	"fmt"
	"strconv"

	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// Rounds is a table of finished rounds, and one of the scores of the check prompts if there are any.
func Rounds(dir string, record rounds.Record) output.Content {
	t := output.Table{Caption: "The rounds in " + dir, Columns: []string{"round", "pairs", "source of the pairs, and reference"}}
	for _, done := range record.Done {
		t.Add(strconv.Itoa(done.Round), strconv.Itoa(done.Pairs), done.Summary)
	}
	if len(record.Checked) == 0 {
		return t
	}
	scores := output.Table{
		Caption: "Answers to the check prompts, judged by " + record.Judge,
		Columns: []string{"model", "mean score", "answers", "ended with EOS"},
	}
	for _, c := range record.Checked {
		model := fmt.Sprintf("after round %d", c.Round)
		if c.Round == 0 {
			model = "before round 1"
		}
		scores.Add(model, fmt.Sprintf("%.3g", c.Score), strconv.Itoa(c.Answers), fmt.Sprintf("%.0f %%", 100*c.Ended))
	}
	return output.Stack{t, scores}
}
