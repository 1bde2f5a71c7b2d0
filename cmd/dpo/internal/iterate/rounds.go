// Package iterate trains in rounds on the answers of the model, scored by a judge.
package iterate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/draw"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/internal/wording"
)

// Options are the flags of dpo rounds other than the settings of its rounds.
type Options struct {
	Model, Data, EvalData, Out string
	AnyBase                    bool   // accept an initial adapter of another model
	Prompts, Check             string // files of prompts, or ""
	EvalFraction               float64
	Judge                      JudgeOptions
}

// Run trains in rounds, prints what each round did and draws its plots.
func Run(ctx context.Context, out io.Writer, config rounds.Config, o Options) error {
	if err := config.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	prompts, err := readPrompts(o, config)
	if err != nil {
		return err
	}
	judge, free, err := o.Judge.open(ctx)
	if err != nil {
		return err
	}
	defer free()
	if err := o.Judge.allowed(config, prompts, judge); err != nil {
		return err
	}
	data, err := open.Data(ctx, o.Data, o.EvalData, o.EvalFraction, config.Train.Seed)
	if err != nil {
		return err
	}
	model, err := open.Base(ctx, o.Model, o.AnyBase, config.Train.Prompts(), config.Train.InitAdapter)
	if err != nil {
		return err
	}
	defer model.Close()
	shown := progress.NewRounds(os.Stderr)
	record, err := rounds.Run(ctx, model, o.Out, config, data, prompts, judge, shown)
	shown.End()
	if err != nil {
		return err
	}
	printRounds(out, record)
	return draw.Rounds(o.Out, record)
}

func readPrompts(o Options, config rounds.Config) (prompts rounds.Prompts, err error) {
	if o.Prompts == "" && (config.Rounds > 1 || config.Own) {
		return prompts, exit.WrongUse(errors.New("rounds on the model's own answers need prompts; name a file with --prompts"))
	}
	if o.Prompts != "" {
		if prompts.New, err = preference.ReadPrompts(o.Prompts); err != nil {
			return prompts, exit.BadData(err)
		}
	}
	if o.Check != "" {
		if prompts.Check, err = preference.ReadPrompts(o.Check); err != nil {
			return prompts, exit.BadData(err)
		}
	}
	return prompts, nil
}

func printRounds(w io.Writer, record rounds.Record) {
	for _, done := range record.Done {
		fmt.Fprintf(w, "%s  %s\n  %s\n", done.Run, wording.Count(done.Pairs, "pair"), done.Summary)
	}
	for _, c := range record.Checked {
		fmt.Fprintln(w, progress.CheckLine(c))
	}
	if record.Cost.Calls > 0 {
		fmt.Fprintf(w, "judging took %s\n", record.Cost)
	}
}
