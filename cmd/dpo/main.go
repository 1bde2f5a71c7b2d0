// Command dpo trains a language model on preference pairs with Direct Preference Optimization, and measures, merges and
// tries the result. It calls the same functions as the notebooks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
)

// interrupted is the exit status of a command that was stopped from outside, as shells have it.
const interrupted = 130

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := root().ExecuteContext(ctx)
	var stopped *dpocore.Stopped
	switch {
	case err == nil:
	case errors.As(err, &stopped):
		fmt.Fprintln(os.Stderr, "dpo:", stopped)
		os.Exit(interrupted)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "dpo: stopped")
		os.Exit(interrupted)
	default:
		fmt.Fprintln(os.Stderr, "dpo:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dpo",
		Short: "Direct Preference Optimization of a small language model, on a laptop or a GPU",
		Long: `dpo teaches a language model which of two answers people prefer.

It takes pairs of answers to the same prompt, a chosen and a rejected one, and
moves the model towards the chosen ones, without a reward model and without
reinforcement learning (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290).

The shortest way through:

  dpo train --data builtin --out run          learn from the built-in pairs
  dpo compare --adapter run                   answers before and after
  dpo eval --adapter run --data builtin       how often the better answer wins
  dpo merge --adapter run --out merged        one model folder for other tools`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(trainCommand(), evalCommand(), compareCommand(), generateCommand(), chatCommand(), tokensCommand(), mergeCommand(), plotCommand())
	return cmd
}

// modelFlag is the same for every command that needs a model.
func modelFlag(cmd *cobra.Command, model *string) {
	cmd.Flags().StringVar(model, "model", "", "model folder or .gguf `file`; the installed SmolLM2-135M-Instruct where none is named")
}

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", dpocore.BuiltinName, "JSONL `file` of preference pairs, gzipped or not, or \"builtin\"")
}
