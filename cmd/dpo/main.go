// Command dpo trains a language model on preference pairs with Direct Preference Optimization, and measures, merges and
// tries the result. It calls the same functions as the notebooks.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/source"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := execute(ctx, root())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dpo:", sentence(err))
	}
	os.Exit(status(err))
}

// run runs the command line. What fails before a command has begun is wrong use: an unknown command or flag, a value that
// can't be read, flags that don't go together.
func execute(ctx context.Context, cmd *cobra.Command) error {
	begun := false
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := cmd.ValidateFlagGroups(); err != nil { // cobra does so only after this
			return err
		}
		begun = true
		return nil
	}
	err := cmd.ExecuteContext(ctx)
	if !begun {
		return wrongUse(err)
	}
	return err
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
  dpo diagnose run                            what went wrong, and what to change
  dpo merge --adapter run --out merged        one model folder for other tools

Where something does not work, dpo doctor says what is missing and what mends it.

` + exitHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(trainCommand(), replayCommand(), evalCommand(), diagnoseCommand(), compareCommand(), generateCommand(), chatCommand(), tokensCommand(), mergeCommand(), plotCommand(), roundsCommand(), sweepCommand(), doctorCommand(), dataCommand())
	for _, below := range cmd.Commands() {
		if below.HasSubCommands() {
			refuseOthers(below)
		}
	}
	completeFlags(cmd)
	return cmd
}

// refuseOthers makes an unknown command below one wrong use; cobra would answer it with the help, as if all were well.
func refuseOthers(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return fmt.Errorf("unknown command %q for %q; `%s --help` lists them", args[0], cmd.CommandPath(), cmd.CommandPath())
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// modelFlag is the same for every command that needs a model.
func modelFlag(cmd *cobra.Command, model *string) {
	cmd.Flags().StringVar(model, "model", "", "`name` of a model folder or .gguf file, or owner/name on the Hugging Face hub; the installed SmolLM2-135M-Instruct where none is named")
}

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", dataset.Builtin, "`file` of preference pairs (JSON Lines, JSON, CSV, Parquet), \"builtin\", a mix such as helpfulness=0.7,truthfulness=0.3, or a published set: "+strings.Join(source.Names(), ", "))
}
