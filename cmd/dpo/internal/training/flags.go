package training

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
)

// Flags adds the flags of a training run to a command.
func Flags(cmd *cobra.Command, settings *config.Config, o *Options) {
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Data(cmd, &o.Pairs.Data)
	f.StringVar(&o.Pairs.Mix, "mix", "", "how the weights of a mix are applied: "+strings.Join(dataset.MixMethods, " or ")+" (default "+dataset.MixSampling+")")
	f.StringVar(&o.Out, "out", "dpo_finetuned_smollm2", "run `folder`")
	f.StringVar(&o.Merged, "merged", "", "also write the merged model to this `folder`")
	f.StringVar(&o.Pairs.EvalData, "eval-data", "", "held-out pairs: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.Pairs.EvalFraction, "eval-fraction", 0, "hold out this `fraction` of the training pairs, split by prompt")
	f.BoolVar(&o.JSON, "json", false, "write events as JSON lines to standard output (docs/command.md)")
	f.BoolVar(&o.Resume, "resume", false, "continue the stopped run in --out")
	f.BoolVar(&o.Check, "check", false, "before the first step, learn one pair for 10 steps in a copy of the adapter; if its loss does not fall, say why and do not begin")
	flags.Settings(f, settings)
	f.BoolVar(&settings.Overwrite, "overwrite", false, "delete the run in --out, if any, and start over")
	cmd.MarkFlagsMutuallyExclusive("resume", "overwrite")
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	flags.ConfigFile(cmd, settings)
	OfAdapter(cmd, settings)
}

// OfAdapter refuses flags of adapters, with any value, for a run that trains all weights. In a file of settings they have no effect, apart
// from an adapter to start from, which is refused there too.
func OfAdapter(cmd *cobra.Command, settings *config.Config) {
	full := func() bool { return settings.Full }
	flags.Refuse(cmd, settings, full, "is a setting of an adapter, and --full trains none", slices.DeleteFunc(slices.Clone(config.OfAdapter), isInitAdapter))
	flags.RefuseAnywhere(cmd, "init-adapter", full, "is the start of an adapter, and --full trains none: merge it first (dpo merge), and name the merged model as --model")
}

func isInitAdapter(row config.Row) bool { return row.Name() == "init_adapter" }
