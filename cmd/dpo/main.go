// Command dpo trains a language model on preference pairs with Direct Preference Optimization, and evaluates, merges and
// runs the result. It calls the same functions as the notebooks.
//
// Each file of this package declares the flags of one command, internal/datacommand those of dpo data. What the commands do is in the packages under internal.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/configcommand"
	"example.com/gonb-dpo/cmd/dpo/internal/datacommand"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/cachefolder"
	"example.com/gonb-dpo/internal/signals"
)

func main() {
	ctx, stop := signals.Context(context.Background())
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // so that writing to a closed pipe is an error, not the end
	out := terminal.NewOutput(os.Stdout, stop)
	cmd := root()
	cmd.SetOut(out)
	err := execute(ctx, cmd)
	stop()
	if note := cachefolder.Note(); note != "" {
		fmt.Fprintln(os.Stderr, "note:", terminal.Printable(note))
	}
	if out.Err() != nil {
		err = exit.BadOutput(out.Err())
	}
	if message := exit.Message(err); message != "" {
		fmt.Fprintln(os.Stderr, "dpo:", terminal.Printable(message))
	}
	os.Exit(exit.Status(err))
}

// execute runs the command line. An error before a command starts is one of usage: an unknown command or flag, a value that
// can't be parsed, or conflicting flags.
func execute(ctx context.Context, cmd *cobra.Command) error {
	started := false
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := flags.ReadConfig(cmd); err != nil {
			return err
		}
		if err := flags.CheckGroups(cmd); err != nil { // cobra does so only after PersistentPreRunE, and the next one too
			return err
		}
		if err := flags.CheckRequired(cmd); err != nil {
			return err
		}
		started = true
		return open.Adapters(cmd)
	}
	err := cmd.ExecuteContext(ctx)
	if !started && err != nil {
		text, suggestion, found := strings.Cut(err.Error(), "Did you mean this?") // cobra's, over several lines
		if found {
			err = fmt.Errorf("%s; did you mean %s?", strings.TrimSpace(text), strings.Join(strings.Fields(suggestion), " or "))
		}
		return exit.WrongUse(err)
	}
	return err
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "dpo",
		Version: run.Version(),
		Short:   "Direct Preference Optimization of a small language model, on a laptop or a GPU",
		Long: `dpo teaches a language model which of two answers people prefer.

It trains on pairs of answers to the same prompt, one chosen and one rejected, and
makes the chosen ones more likely, without a reward model or reinforcement
learning (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290).

Quick start:

  dpo train --data builtin --out run          train on the built-in pairs
  dpo compare --adapter run                   compare answers before and after
  dpo eval --adapter run --data builtin       how often the better answer wins
  dpo diagnose run                            what went wrong, and how to fix it
  dpo merge --adapter run --out merged        write a model folder for other tools

If something does not work, dpo doctor says what is missing and how to fix it.

` + exit.Help,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(trainCommand(), sftCommand(), replayCommand(), forkCommand(), evalCommand(), diagnoseCommand(), compareCommand(), generateCommand(), chatCommand(),
		tokensCommand(), mergeCommand(), exportCommand(), pushCommand(), pullCommand(), reportCommand(), plotCommand(), roundsCommand(), sweepCommand(), frontierCommand(), controlCommand(), doctorCommand(), datacommand.New(),
		configcommand.New(), lossesTopic())
	cmd.InitDefaultCompletionCmd()
	for _, child := range cmd.Commands() {
		if child.HasSubCommands() {
			rejectUnknown(child)
		}
	}
	rejectUnknownTopics(cmd)
	flags.Complete(cmd)
	flags.Once(cmd)
	cmd.SetFlagErrorFunc(flags.Explain)
	return cmd
}

// rejectUnknown makes an unknown subcommand an error; by default cobra prints the help and succeeds.
func rejectUnknown(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return fmt.Errorf("unknown command %q for %q; `%s --help` lists them", args[0], cmd.CommandPath(), cmd.CommandPath())
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

// rejectUnknownTopics makes `dpo help x` an error if there is no command x; by default cobra prints the help and succeeds.
func rejectUnknownTopics(cmd *cobra.Command) {
	cmd.InitDefaultHelpCmd()
	help, _, err := cmd.Find([]string{"help"})
	cobra.CheckErr(err)
	help.Run, help.RunE = nil, func(_ *cobra.Command, args []string) error {
		topic, rest, err := cmd.Find(args)
		if err != nil || len(rest) > 0 {
			return exit.WrongUse(fmt.Errorf("unknown command %q; `dpo --help` lists them", strings.Join(append([]string{"dpo"}, args...), " ")))
		}
		return topic.Help()
	}
}
