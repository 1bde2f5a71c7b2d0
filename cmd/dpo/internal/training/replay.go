package training

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/progress"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/run"
)

// ReplayOptions are the flags of dpo replay. Each is "" for what the record says.
type ReplayOptions struct{ Model, Data, EvalData, Out string }

// Replay trains a finished run again in another folder, and reports whether the results are identical.
func Replay(ctx context.Context, out io.Writer, dir string, o ReplayOptions) error {
	record, ok, err := run.ReadRecord(dir)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("replay: %s is not a run folder; name the folder that training created", dir)
	}
	bar := progress.NewListener(os.Stderr)
	data, err := replay.FetchData(ctx, record, o.Data, o.EvalData, bar.Download)
	bar.End()
	if err != nil {
		return exit.BadData(fmt.Errorf("replay: %w; if the pairs have moved, name their files with --data and --eval-data", err))
	}
	model, err := open.Model(ctx, cmp.Or(o.Model, record.Model.Hub, record.Find(record.Model.Path)))
	if err != nil {
		return fmt.Errorf("%w; if the model has moved, name it with --model", err)
	}
	defer model.Close()
	found, err := replay.Run(ctx, model, dir, cmp.Or(o.Out, dir+"-replay"), data, bar)
	if err != nil {
		return err
	}
	bar.End()
	if !found.Agrees() {
		return errors.New(found.String())
	}
	_, err = fmt.Fprintln(out, found)
	return err
}
