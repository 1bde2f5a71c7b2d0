// Package training trains runs, repeats them from their records, and merges their adapters into models.
package training

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/events"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/wording"
	"example.com/gonb-dpo/plots"
)

// mergedType is the number type of --merged, the only lossless one.
const mergedType = "float32"

// Options are the flags of dpo train other than the settings of the run.
type Options struct {
	Model   string
	AnyBase bool // accept an initial adapter of another model
	Pairs   open.Pairs
	Out     string // run folder
	Merged  string // folder for the merged model, or ""
	Resume  bool
	Check   bool // learn one pair before the first step
	JSON    bool // write events to the output
}

// Run trains a run, draws its plots and merges it if asked to. Progress is shown on standard error, or written to out as JSON
// events.
func Run(ctx context.Context, out io.Writer, settings config.Config, o Options) error {
	if !o.JSON {
		return trainRun(ctx, settings, o, progress.NewListener(os.Stderr))
	}
	writer := events.New(out)
	return writer.End(trainRun(ctx, settings, o, writer))
}

func trainRun(ctx context.Context, settings config.Config, o Options, listener train.Listener) error {
	if err := settings.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	if o.Pairs.Answers == "" && settings.FineTuning() {
		return exit.WrongUse(errors.New(`the loss type "sft" alone is fine-tuning on single answers, and --data has pairs; use their chosen answers (dpo sft --chosen), or add another loss, as in "sigmoid,sft"`))
	}
	if settings.Full && o.Merged != "" {
		return exit.WrongUse(fmt.Errorf("with --full the run folder %s is a whole model, so there is nothing to merge; leave out --merged", o.Out))
	}
	record, exists, err := run.ReadRecord(o.Out)
	if err != nil {
		return err
	}
	if exists && !o.Resume && !settings.Overwrite {
		if err := refuseToContinue(record, settings, o.Out); err != nil {
			return err
		}
	}
	if o.Resume && !exists {
		listener.Note(fmt.Sprintf("There is no run in %s to resume, so a new one begins.", o.Out))
	}
	data, err := o.Pairs.Open(ctx, settings.Seed)
	if err != nil {
		return err
	}
	if settings.EarlyStopping > 0 && data.HeldOut == nil {
		return exit.WrongUse(errors.New("early stopping needs held-out pairs; name a file with --eval-data, or hold out a fraction of the training pairs with --eval-fraction"))
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, settings.Prompts(), settings.InitAdapter)
	if err != nil {
		return err
	}
	defer m.Close()
	if o.Merged != "" {
		if err := export.CheckPlace(m, o.Out, o.Merged, mergedType, settings.InitAdapter); err != nil {
			return err
		}
	}
	if err := train.Run(ctx, train.Job{Model: m, Dir: o.Out, Config: settings, Data: data, Listener: listener, Check: o.Check}); err != nil {
		return err
	}
	return finish(ctx, m, o, listener)
}

// refuseToContinue refuses a folder whose run would continue without --resume.
func refuseToContinue(record run.Record, settings config.Config, dir string) error {
	what := "a stopped run"
	switch {
	case record.Finished && settings.MaxSteps <= record.Config.MaxSteps:
		return nil
	case record.Finished:
		what = fmt.Sprintf("a finished run of %s", wording.Count(record.Config.MaxSteps, "step"))
	}
	unlock, err := run.Lock(dir, func(string) {}) // a running run is not a stopped one
	if err != nil {
		return err
	}
	unlock()
	return fmt.Errorf("%s holds %s; add --resume to continue it or --overwrite to start over, or choose another --out", dir, what)
}

// finish draws the plots, reports problems, and writes the merged model if asked to.
func finish(ctx context.Context, m *model.Model, o Options, listener train.Listener) error {
	history, err := metrics.ReadHistory(o.Out)
	if err != nil {
		return err
	}
	drawn := errors.Join(plots.WriteRun(o.Out, history), card.Write(o.Out)) // without pictures the rest is still wanted
	if !o.JSON {                                                            // with --json the last event says that the run has finished
		if err := noteProblems(o.Out, listener); err != nil {
			return errors.Join(drawn, err)
		}
	}
	if o.Merged == "" {
		return drawn
	}
	return errors.Join(drawn, merge(ctx, m, o.Out, o.Merged, mergedType))
}

// noteProblems passes the problems of a run that has just finished to a listener as notes.
func noteProblems(dir string, listener train.Listener) error {
	run, err := diagnose.Read(dir)
	if err != nil {
		return err
	}
	found := run.Diagnose().Actionable()
	for _, f := range found {
		listener.Note(f.Cause + " " + f.Evidence + " → " + f.Remedy)
	}
	if len(found) > 0 {
		listener.Note("Run dpo diagnose " + dir + " for the full diagnosis.")
	}
	return nil
}
