package gonbext

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/model"
)

// Compare answers the same prompts before and after a run, or with the base model and several runs, side by side, with the
// likeliest tokens. Several runs are named with commas between, or by a pattern such as "runs/beta-*". The answers stay in
// the runs' folders, so that the same cell shows them at once the next time. Without a prompt it takes three of its own.
func Compare(runs string, prompts ...string) {
	task(func(ctx context.Context, say func(string, ...any)) (content, error) {
		c, err := compare(ctx, runs, prompts, say)
		if err != nil {
			return nil, err
		}
		return several{c.table(), c.unchanged()}, nil
	})
}

// compared is what the base model and some runs have answered.
type compared struct {
	model   *model.Model
	runs    []string
	options compare.Options
	answers []compare.Answers
}

func compare(ctx context.Context, runs string, prompts []string, say func(string, ...any)) (c compared, err error) {
	if c.runs, err = finishedRuns(runs); err != nil {
		return c, err
	}
	if c.model, c.options.MaxNewTokens, err = readyToAnswer(&prompts); err != nil {
		return c, err
	}
	say("Loading the model")
	c.answers, err = compare.Run(ctx, c.model, c.runs, prompts, c.options, func(done, total int) { say("Answer %d of %d", done+1, total) })
	return c, err
}

func (c compared) table() table {
	models := []string{"before training", "after training"}
	if len(c.runs) > 1 {
		models = append([]string{"base model"}, c.runs...)
	}
	t := answerTable(c.options.MaxNewTokens, models...)
	for _, a := range c.answers {
		row := []string{a.Prompt}
		for _, said := range a.Said {
			row = append(row, said.Text)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// unchanged says which runs have changed none of the answers.
func (c compared) unchanged() (notes several) {
	for i, run := range c.runs {
		changed := false
		for _, a := range c.answers {
			changed = changed || a.Said[1+i] != a.Said[0]
		}
		switch {
		case changed:
		case len(c.runs) == 1:
			notes = append(notes, box{noteBox, "No answer has changed: training has moved the model too little to change its likeliest words. More steps or a higher learning rate move it further."})
		default:
			notes = append(notes, box{noteBox, "No answer of " + run + " differs from the base model's: it has moved too little to change the likeliest words."})
		}
	}
	return notes
}

// finishedRuns are the folders that one name, several with commas between, or a pattern stand for. Each holds a finished
// run; of what a pattern matches, other folders are passed over.
func finishedRuns(names string) (dirs []string, err error) {
	for _, name := range strings.Split(names, ",") {
		name = strings.TrimSpace(name)
		if !strings.ContainsAny(name, "*?[") {
			if _, err := finishedRun(name); err != nil {
				return nil, err
			}
			dirs = append(dirs, name)
			continue
		}
		_, folder, err := runsAt(name)
		if err != nil {
			return nil, err
		}
		matching, _ := filepath.Glob(name) // the pattern is sound: runsAt has read it
		for _, dir := range matching {
			if _, err := os.Stat(filepath.Join(dir, "adapter_model.safetensors")); err == nil {
				dirs = append(dirs, dir)
			}
		}
		if len(dirs) == 0 {
			return nil, fmt.Errorf("no run in %s that matches %q is finished; run the cell that trains them again", folder, name)
		}
	}
	return dirs, nil
}
