package training

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/events"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
)

// ForkOptions are the flags of dpo fork other than the settings. Model, Data and EvalData are "" for what the record says.
type ForkOptions struct {
	Run, Out              string
	At                    int
	Model, Data, EvalData string
	JSON                  bool
}

// Fork continues from a run's checkpoint in another folder, with settings that change has changed.
func Fork(ctx context.Context, out io.Writer, o ForkOptions, change func(*config.Config)) error {
	o.Out = cmp.Or(o.Out, fmt.Sprintf("%s-fork-%d", o.Run, o.At))
	if !o.JSON {
		return fork(ctx, o, change, progress.NewListener(os.Stderr))
	}
	writer := events.New(out)
	return writer.End(fork(ctx, o, change, writer))
}

func fork(ctx context.Context, o ForkOptions, change func(*config.Config), listener train.Listener) error {
	before, _, err := run.ReadRecord(o.Run)
	if err != nil {
		return err
	}
	settings := before.Config
	change(&settings)
	settings.InitAdapter = before.Find(settings.InitAdapter)
	record, err := run.PlanFork(o.Run, o.At, settings)
	if err != nil {
		return exit.WrongUse(err)
	}
	listener.Note("This run continues from " + record.Fork.String() + ".")
	bar := progress.NewListener(os.Stderr)
	data, err := replay.FetchData(ctx, before, o.Data, o.EvalData, bar.Download)
	bar.End()
	if err != nil {
		return exit.BadData(fmt.Errorf("fork: %w; if the pairs have moved, name their files with --data and --eval-data", err))
	}
	m, err := open.Model(ctx, cmp.Or(o.Model, before.Model.Hub, before.Find(before.Model.Path)))
	if err != nil {
		return fmt.Errorf("%w; if the model has moved, name it with --model", err)
	}
	defer m.Close()
	m.AnyBase = true // the record decides which model and adapter belong together
	if err := record.StartFork(o.Out); err != nil {
		return err
	}
	if err := train.Run(ctx, train.Job{Model: m, Dir: o.Out, Config: settings, Data: data, Listener: listener}); err != nil {
		return err
	}
	return finish(ctx, m, Options{Out: o.Out, JSON: o.JSON}, listener)
}
