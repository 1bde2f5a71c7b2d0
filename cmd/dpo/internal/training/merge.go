package training

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
)

// MergeOptions are the flags of dpo merge.
type MergeOptions struct {
	Model, Adapter string
	AnyBase        bool
	Out            string // folder for the merged model
	DType          string
}

// Merge writes the model merged with an adapter to a folder.
func Merge(ctx context.Context, o MergeOptions) error {
	if !slices.Contains(export.MergedFolder.DTypes(), o.DType) {
		return exit.WrongUse(fmt.Errorf("unknown type %q; choose float32, float16 or bfloat16", o.DType))
	}
	if run.AllWeights(o.Adapter) {
		return exit.WrongUse(fmt.Errorf("all weights were trained in %s, so there is nothing to merge: the folder is the model (--model %s)", o.Adapter, o.Adapter))
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, config.Prompts{}, o.Adapter)
	if err != nil {
		return err
	}
	defer m.Close()
	return merge(ctx, m, o.Adapter, o.Out, o.DType)
}

func merge(ctx context.Context, m *model.Model, adapter, out, dtype string) error {
	fresh, err := export.Merge(ctx, m, adapter, out, dtype)
	switch {
	case errors.Is(err, context.Canceled):
		return exit.Interrupted(fmt.Errorf("stopped before the merge was done; %s is unchanged, and the same command merges again", out))
	case err != nil:
		return err
	case fresh:
		fmt.Fprintf(os.Stderr, "merged model: %s (%s, checked against the model with its adapter)\n", out, dtype)
	default:
		fmt.Fprintf(os.Stderr, "merged model: %s is up to date\n", out)
	}
	return nil
}
