package training

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
)

// Merge writes the model merged with an adapter to a folder.
func Merge(ctx context.Context, model, adapter, out, dtype string) error {
	if !slices.Contains(export.MergedFolder.DTypes(), dtype) {
		return exit.WrongUse(fmt.Errorf("unknown type %q; choose float32, float16 or bfloat16", dtype))
	}
	m, err := open.Model(ctx, model)
	if err != nil {
		return err
	}
	defer m.Close()
	return merge(ctx, m, adapter, out, dtype)
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
