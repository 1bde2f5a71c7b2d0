package gonbext

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/judgement"
)

// CompareBlind is [Rater.CompareBlind] for who runs the notebook.
func CompareBlind(file, runs string, prompts ...string) {
	Rater("").CompareBlind(file, runs, prompts...)
}

// CompareBlind is [Compare] with the answers in a mixed order and without the names of who gave them. The reader ranks them
// as [Rank] has it, by buttons or in a line with [Ranked]; once all are ranked, it says which model wrote which, and how
// often each came first. The file keeps the votes; like all rankings, they are pairs to train on.
func (r Rater) CompareBlind(file, runs string, prompts ...string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		s, err := r.session(file)
		if err != nil {
			return nil, err
		}
		defer s.file.Close()
		return s.compareBlind(ctx, runs, prompts, say)
	})
}

func (s *session) compareBlind(ctx context.Context, runs string, prompts []string, say func(string, ...any)) (content, error) {
	c, err := compare(ctx, runs, prompts, say)
	if err != nil {
		return nil, err
	}
	drawn, notes, err := compare.Blind(c.model, c.runs, c.answers, c.options)
	if err != nil {
		return nil, err
	}
	var said several
	for _, note := range notes {
		said = append(said, box{noteBox, note})
	}
	if len(drawn) == 0 {
		return said, nil
	}
	if err := s.enter(drawn); err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(ballots(drawn), func(q question) bool {
		_, judged := s.log.Verdict(*q.drawn, s.rater.name())
		return judged
	})
	if len(left) == 0 {
		return append(said, s.revealed(), rankings(s.log)), nil
	}
	asked, err := s.put(ctx, left, say)
	return append(said, asked), err
}

// enter puts ballots into the file, so that each waits there until it is ranked.
func (s *session) enter(drawn []judgement.Drawing) error {
	for _, d := range drawn {
		known := slices.ContainsFunc(s.log.Drawings, func(own judgement.Drawing) bool { return own.ID == d.ID })
		if known {
			continue
		}
		if err := s.file.Draw(&d); err != nil {
			return err
		}
	}
	return s.read()
}

// revealed says who gave the answers that the rater has ranked without knowing it, once none of these waits any more.
func (s *session) revealed() content {
	for _, d := range s.log.Pending(s.rater.name()) {
		if signed(d) {
			return several{}
		}
	}
	t := table{caption: "Who wrote which", columns: []string{"prompt", "#", "answer", "by", "place"}}
	for _, d := range s.log.Drawings {
		verdict, judged := s.log.Verdict(d, s.rater.name())
		if !judged || !signed(d) {
			continue
		}
		for i, answer := range d.Answers {
			place := fmt.Sprint(verdict.Ranks[i])
			if verdict.AllBad {
				place = "bad"
			}
			prompt := d.Prompt
			if i > 0 {
				prompt = ""
			}
			t.rows = append(t.rows, []string{prompt, fmt.Sprint(i + 1), answer.Text, strings.Join(answer.By, ", "), place})
		}
	}
	if len(t.rows) == 0 {
		return several{}
	}
	return several{t, tally(s.log)}
}

// signed says whether a drawing's answers have authors.
func signed(d judgement.Drawing) bool {
	return slices.ContainsFunc(d.Answers, func(a judgement.Answer) bool { return len(a.By) > 0 })
}

// tally is how often each model came before another.
func tally(log *judgement.Log) content {
	t := table{
		caption: "How each model did against the others, a prompt and another model at a time",
		columns: []string{"model", "first", "better", "equal", "worse"},
	}
	for _, s := range log.Tally() {
		t.rows = append(t.rows, []string{s.By, fmt.Sprintf("%d of %d", s.First, s.Judged), fmt.Sprint(s.Better), fmt.Sprint(s.Equal), fmt.Sprint(s.Worse)})
	}
	return t
}
