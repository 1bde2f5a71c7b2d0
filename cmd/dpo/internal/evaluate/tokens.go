package evaluate

import (
	"context"
	"fmt"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/run"
)

// Tokens measures pairs token by token with a run's checkpoints, and saves the notable ones in its folder for the report.
func Tokens(ctx context.Context, dir, data string) error {
	settings, err := run.Settings(dir)
	if err != nil {
		return err
	}
	set, err := open.HeldOut(ctx, data)
	if err != nil {
		return err
	}
	m, err := open.Base(ctx, "", false, config.Prompts{}, dir)
	if err != nil {
		return err
	}
	defer m.Close()
	bar := terminal.NewBar(os.Stderr)
	defer bar.End()
	measured, err := measure.Inspect(ctx, m, dir, measure.Inspected(set), settings.MaxLength, bar.Counter("row %d of %d, token by token …"))
	if err != nil {
		return err
	}
	bar.End()
	for _, note := range measured.Notes {
		fmt.Fprintln(os.Stderr, "note:", note)
	}
	return measured.View(dir, settings.Beta).Save(dir)
}
