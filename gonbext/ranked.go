package gonbext

import (
	"context"
	"fmt"
	"os"
	"strings"

	"example.com/gonb-dpo/dpocore/judgement"
	"example.com/gonb-dpo/dpocore/preference"
)

// Ranked is [Rater.Ranked] for who runs the notebook.
func Ranked(file, order string) { Rater("").Ranked(file, order) }

// Ranked takes the ranking of the answers that [Rater.Rank] showed last for a file, by their numbers, the best first:
// "3 > 2 = 4 > 1", where 2 and 4 are equally good, or "all bad". It is on the disk when the cell ends. To rank them anew,
// run it again: the last one counts.
func (r Rater) Ranked(file, order string) {
	cell(func(context.Context) error {
		result, err := r.ranked(file, order)
		if err != nil {
			return err
		}
		show(result)
		return nil
	})
}

func (r Rater) ranked(file, order string) (content, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("there are no answers to rank in %q; run gonbext.Rank first", file)
	}
	s, err := r.session(file)
	if err != nil {
		return nil, err
	}
	defer s.file.Close()
	if len(s.log.Drawings) == 0 {
		return nil, fmt.Errorf("there are no answers to rank in %q; run gonbext.Rank first", file)
	}
	d := s.log.Drawings[len(s.log.Drawings)-1]
	if err := s.judge(d, order); err != nil {
		return nil, err
	}
	verdict, _ := s.log.Verdict(d, r.name()) // it has just been given
	pairs, err := judgement.Judgement{Drawing: d, Verdict: verdict}.Pairs(preference.ListOptions{})
	if err != nil {
		return nil, err
	}
	done := fmt.Sprintf("Kept: %s for the answers to %q, by %s. It makes %s.", verdict.Order(), d.Prompt, r.name(), counted(len(pairs), "pair"))
	if left := len(s.log.Pending(r.name())); left > 0 {
		done += fmt.Sprintf(" The answers to %s wait in %s: gonbext.Rank(%q) shows them.", counted(left, "prompt"), file, file)
	}
	if signed(d) {
		return several{box{doneBox, done}, s.revealed()}, nil
	}
	return box{doneBox, done}, nil
}

// Rankings tells what a file of rankings holds: who has ranked how many prompts, what is left, and how far each two raters
// agree.
func Rankings(file string) {
	cell(func(context.Context) error {
		log, err := judgement.Read(file)
		if err != nil {
			return err
		}
		show(rankings(log))
		return nil
	})
}

func rankings(log *judgement.Log) content {
	t := table{caption: fmt.Sprintf("%s: answers to %s", log.Source, counted(len(log.Drawings), "prompt")), columns: []string{"rater", "ranked", "left", "ties", "all bad"}}
	raters := log.Raters()
	for _, rater := range raters {
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
		t.rows = append(t.rows, []string{rater, fmt.Sprint(ranked), fmt.Sprint(len(log.Drawings) - ranked), fmt.Sprint(ties), fmt.Sprint(bad)})
	}
	parts := several{t}
	for i, first := range raters {
		for _, second := range raters[i+1:] {
			if agreement, err := log.Agreement(first, second); err == nil { // else there is nothing to compare
				parts = append(parts, paragraph(agreement.String()))
			}
		}
	}
	for _, note := range log.Notes {
		parts = append(parts, box{noteBox, note + "."})
	}
	return parts
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
