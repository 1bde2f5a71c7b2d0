// Command betastudy writes the study of beta that the package dpocore/sweep/betastudy has, from the folder of its runs, and its
// figures for docs/beta.md:
//
//	go run ./dev/betastudy runs/beta
//
// The first run of each setting must have answered the same prompts in dpo compare.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/sweep/betastudy"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/plots"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: betastudy FOLDER_OF_THE_SWEEP")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "betastudy:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	record, exists, err := sweep.Read(dir)
	if err != nil {
		return err
	}
	if !exists || len(record.Settings) == 0 {
		return fmt.Errorf("%s has no finished sweep", dir)
	}
	study := betastudy.Study{Record: record}
	for _, setting := range record.InGrid() {
		folder := filepath.Join(dir, fmt.Sprintf("%s,seed-%d", setting.Name, record.Config.Seed))
		run, err := diagnose.Read(folder)
		if err != nil {
			return err
		}
		if len(run.Answers) == 0 {
			return fmt.Errorf("%s has answered nothing; run dpo compare with the first run of each setting", folder)
		}
		if study.Answered == nil {
			study.Answered = make([]betastudy.Answered, len(run.Answers))
		}
		for i := range study.Answered {
			pair, a := run.Answers[i], &study.Answered[i]
			if a.Answers == nil {
				*a = betastudy.Answered{Prompt: pair.Prompt, Base: pair.Base.Text, Answers: map[string]string{}}
			}
			a.Answers[setting.Name] = pair.Run.Text
		}
	}
	return errors.Join(
		atomicfile.WriteJSON("dpocore/sweep/betastudy/study.json", study),
		plots.WriteFigures("docs", plots.Frontier(record.InGrid()), plots.Effects(record.InGrid())),
	)
}
