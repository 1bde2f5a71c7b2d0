package views

import (
	"fmt"
	"slices"
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
		Columns: []string{"model", "mean score", "change (95 % interval)", "answers", "ended with EOS"},
	}
	for _, c := range record.Checked {
		model := fmt.Sprintf("after round %d", c.Round)
		if c.Round == 0 {
			model = "before round 1"
		}
		scores.Add(model, fmt.Sprintf("%.3g", c.Score), c.ChangeLine(), strconv.Itoa(c.Answers), fmt.Sprintf("%.0f %%", 100*c.Ended))
	}
	return output.Stack{t, scores}
}

// RoundAnswers is a table of the best answers to the first n check prompts before the first round and after a round.
func RoundAnswers(before, after []rounds.CheckedAnswer, round, n int) output.Content {
	t := output.Table{
		Caption: "The answers with the highest scores",
		Columns: []string{"prompt", "score", "before round 1", "score", fmt.Sprintf("after round %d", round)},
	}
	best := map[string]rounds.CheckedAnswer{}
	for _, answer := range slices.Backward(after) {
		best[answer.Prompt] = answer
	}
	prompt := ""
	for _, answer := range before {
		now, exists := best[answer.Prompt]
		if answer.Prompt == prompt || !exists || len(t.Rows) >= n {
			continue
		}
		prompt = answer.Prompt
		t.Add(prompt, fmt.Sprintf("%.2f", answer.Score), answer.Text, fmt.Sprintf("%.2f", now.Score), now.Text)
	}
	return t
}
