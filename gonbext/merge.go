package gonbext

import (
	"context"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// mergeType is the number format of merged weights: the only lossless one.
const mergeType = "float32"

// Merge merges a run's adapter into the base model, and writes the result into the folder out, which other programs load
// like any model. It verifies the written weights against the base model with the adapter.
func Merge(dir, out string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if _, err := open.FinishedRun(dir); err != nil {
			return nil, err
		}
		model, err := open.BaseModel(dir)
		if err != nil {
			return nil, err
		}
		status("Merging, and verifying the written weights: about half a minute")
		written, err := export.Merge(ctx, model, dir, out, mergeType)
		if err != nil {
			return nil, err
		}
		if !written {
			return output.Donef("%s already contains this merged model; nothing to do.", out), nil
		}
		return output.Donef("%s contains the merged model, verified against the base model with the adapter.", out), nil
	})
}
