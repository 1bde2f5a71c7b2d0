package main

import (
	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/sweeps"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

func sweepCommand() *cobra.Command {
	grid := sweep.Grid{Config: config.Default()}
	var o sweeps.Options
	var runs flags.Grid
	printJobs := false
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Train runs that differ in any settings, with several seeds, and recommend one",
		Long: `Train runs that differ in some settings, one for each combination of the values,
and compare them on held-out pairs:

  dpo sweep --grid beta=0.05,0.1,0.3 --seeds 3 --data my_pairs.jsonl --eval-fraction 0.2

--grid varies any setting that dpo train has a flag for. --zip pairs the values
instead of combining them, and --samples draws random ones from each --range.
--seeds trains each setting several times, to distinguish a better setting from a
lucky run. --halving stops the worse settings early: in simulations the setting that
it chose was within the interval of the best in 79 to 97 % of the sweeps, and in 96 to
98 % if all were trained to the end. Before the first step the command says how long
all runs will take, and the memory.

One process loads the model once. Runs that differ only in beta and learning rate
share their compiled graphs, and all runs share the reference log-probabilities.
Each run gives the same bytes as dpo train with the same settings and pairs, in a
folder below --out such as runs/beta-0.05. Finished runs are reused, so you can stop a
sweep, resume it, and add values. Failed runs are reported at the end.

The table is sorted by accuracy on the held-out pairs, shown with its 95 %
interval over pairs and seeds, then by gap, by divergence from the reference, and
by how much the likelihood of the chosen answers fell. Reward margins are not compared, since they
scale with beta. Below the table is the recommended run with the evidence, or a
note that pairs and seeds are too few to tell the settings apart, and how many
would do. --out holds sweep.json
and plots/.

To use several machines that share a folder, start the same command on each: a run
that one is training is skipped by the others. Or give a scheduler the commands
printed by --print-jobs (docs/sweeps.md), and run dpo sweep again to compare.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := runs.Fill(cmd.Flags(), &grid); err != nil {
				return exit.WrongUse(err)
			}
			if printJobs {
				return sweeps.PrintJobs(cmd.Context(), cmd.OutOrStdout(), cmd.Flags(), runs.Names(grid), grid, o)
			}
			return sweeps.Run(cmd.Context(), cmd.OutOrStdout(), grid, o)
		},
	}
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Data(cmd, &o.Pairs.Data)
	f.StringVar(&o.Pairs.Mix, "mix", "", "how the weights of a mix are applied: see dpo train")
	f.StringVar(&o.Pairs.EvalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.Pairs.EvalFraction, "eval-fraction", 0, "hold out this `fraction` of the training pairs, split by prompt")
	flags.Settings(f, &grid.Config)
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	runs.Add(f)
	f.StringVar(&o.Out, "out", "runs", "`folder` for the runs")
	f.BoolVar(&o.Gather, "gather", false, "do not train; compare the finished runs")
	f.BoolVar(&printJobs, "print-jobs", false, "do not train; print a dpo train command for each run")
	f.BoolVar(&o.JSON, "json", false, "write the comparison as JSON, in the format of sweep.json")
	cmd.MarkFlagsMutuallyExclusive("gather", "print-jobs")
	flags.Idle(cmd, func() bool { return printJobs }, "with --print-jobs", "json")
	return cmd
}
