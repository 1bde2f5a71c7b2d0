package views

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/internal/wording"
)

// inSentences is the number of raters up to which each two are compared in a sentence; the square has more.
const inSentences = 3

// Rankings is a summary of files of rankings: the number of prompts that each rater ranked, and how well raters agree.
func Rankings(log *ranking.Log) output.Content {
	t := output.Table{
		Caption: fmt.Sprintf("%s: answers to %s", log.Source, wording.Count(len(log.Candidates), "prompt")),
		Columns: []string{"rater", "ranked", "left", "ties", "all bad"},
	}
	raters := log.Raters()
	for _, rater := range raters {
		t.Rows = append(t.Rows, raterRow(log, rater))
	}
	parts := output.Stack{t}
	if len(raters) <= inSentences {
		parts = append(parts, agreements(log)...)
	}
	if len(raters) > 2 {
		square, notes := agreementOf(log)
		parts = append(append(parts, square), notes...)
	}
	for _, note := range log.Notes {
		parts = append(parts, output.Box{Kind: output.Note, Message: note + "."})
	}
	return parts
}

// agreements compares each two raters who have a prompt in common, in a sentence.
func agreements(log *ranking.Log) (sentences output.Stack) {
	raters := log.Raters()
	for i, first := range raters {
		for _, second := range raters[i+1:] {
			if agreement, err := log.Agreement(first, second); err == nil { // an error means no prompt in common
				sentences = append(sentences, output.Paragraph(agreement.String()))
			}
		}
	}
	return sentences
}

func raterRow(log *ranking.Log, rater string) []string {
	ranked, ties, bad := 0, 0, 0
	for _, j := range log.Judgements {
		switch {
		case j.Rater != rater:
			continue
		case j.AllBad:
			bad++
		case strings.Contains(j.Order(), "="):
			ties++
		}
		ranked++
	}
	return []string{rater, fmt.Sprint(ranked), fmt.Sprint(len(log.Candidates) - ranked), fmt.Sprint(ties), fmt.Sprint(bad)}
}

// Revealed is the models that wrote the answers which a rater ranked blind, and each model's results. It is empty without
// judgements.
func Revealed(judgements []ranking.Judgement, standings []ranking.Standing) output.Content {
	if len(judgements) == 0 {
		return output.Stack{}
	}
	t := output.Table{Caption: "Who wrote which", Columns: []string{"prompt", "#", "answer", "by", "place"}}
	for _, j := range judgements {
		for i, answer := range j.Answers {
			place, prompt := fmt.Sprint(j.Ranks[i]), j.Prompt
			if j.AllBad {
				place = "bad"
			}
			if i > 0 {
				prompt = ""
			}
			t.Add(prompt, fmt.Sprint(i+1), answer.Text, strings.Join(answer.By, ", "), place)
		}
	}
	return output.Stack{t, tally(standings)}
}

// tally is how often each model ranked above another.
func tally(standings []ranking.Standing) output.Table {
	t := output.Table{
		Caption: "Each model against the others, by pairwise comparisons on each prompt",
		Columns: []string{"model", "first", "better", "equal", "worse"},
	}
	for _, s := range standings {
		t.Add(s.By, fmt.Sprintf("%d of %d", s.First, s.Judged), fmt.Sprint(s.Better), fmt.Sprint(s.Equal), fmt.Sprint(s.Worse))
	}
	return t
}
