package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/cmd/dpo/internal/iterate"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/judge/modeljudge"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/rounds"
)

func roundsCommand() *cobra.Command {
	config := rounds.Default()
	var o iterate.Options
	cmd := &cobra.Command{
		Use:   "rounds",
		Short: "Train in rounds on the model's own answers, scored by a judge (iterative DPO)",
		Long: `Train in rounds (iterative DPO). Round 1 trains on --data. Before each later round,
the model from the previous round answers new prompts, several times each, and a
judge scores the answers; the round trains on the resulting pairs. With --own this
is how round 1 begins too.

  --reference previous  each round trains a new adapter on the merged model of the
                        previous round, which is also its reference: rewards show
                        the change in that round alone, and the model can move
                        further every round
  --reference base      each round continues training the previous round's adapter;
                        the first model stays the reference and limits how far the
                        model moves

  --judge words:60      prefers answers of about 60 words
  --judge plain         prefers short words
  --judge lexicon:WORDS prefers answers of which more words are these, as in
                        lexicon:you,your
  --judge model:NAME    a local model; --judge-by chooses how it scores
  --judge endpoint:URL  a model behind an OpenAI-compatible API, such as
                        http://localhost:8080/v1, with --judge-model. Without
                        --judge-calls the command only prints how many calls it
                        would make; the key is read from --judge-key-env
  --judge person:FILE   you, in a notebook: gonbext.Rank("FILE") shows the answers;
                        run the command again when you have ranked them

--out holds a run for each round (round-1, round-2, …) with its answers, scores and
pairs; rounds.json and each round's run.json record where they came from. Run the
same command again to resume; finished work is not repeated.`,
		Args: flags.Arguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return iterate.Run(cmd.Context(), cmd.OutOrStdout(), config, o)
		},
	}
	f := cmd.Flags()
	flags.Base(cmd, &o.Model, &o.AnyBase)
	flags.Data(cmd, &o.Data)
	f.StringVar(&o.EvalData, "eval-data", "", "held-out pairs for all rounds: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.EvalFraction, "eval-fraction", 0, "hold out this `fraction` of round 1's pairs, split by prompt")
	f.StringVar(&o.Out, "out", "rounds", "`folder` for all rounds")
	f.StringVar(&o.Prompts, "prompts", "", "`file` of new prompts, one per line, or JSON Lines with a \"prompt\" field")
	f.StringVar(&o.Check, "check-prompts", "", "`file` of prompts to answer before the first round and after each round; the mean score shows whether the model improves")
	f.IntVar(&config.Rounds, "rounds", config.Rounds, "number of rounds")
	f.BoolVar(&config.Own, "own", false, "train the first round too on the model's own answers; --data is then only evaluated")
	f.StringVar(&config.Reference, "reference", config.Reference, "reference of the rounds after the first: "+strings.Join(rounds.References, " or "))
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("reference", cobra.FixedCompletions(rounds.References, cobra.ShellCompDirectiveNoFileComp)))
	f.IntVar(&config.Prompts, "prompts-a-round", config.Prompts, "new prompts for each round after the first")
	f.IntVar(&config.Answers, "answers", config.Answers, "answers per prompt")
	f.Float64Var(&config.Temperature, "temperature", config.Temperature, "sampling temperature; must be above 0, so that the answers to a prompt differ")
	f.Float64Var(&config.TopP, "top-p", config.TopP, "sample from the most likely tokens whose probabilities add up to this")
	f.IntVar(&config.MaxTokens, "max-new-tokens", config.MaxTokens, "maximum answer length in tokens")
	f.StringVar(&config.Choice, "choice", config.Choice, "which pairs to make from the answers to a prompt: "+strings.Join(preference.Choices, ", "))
	f.Float64Var(&config.MinGap, "min-gap", config.MinGap, "minimum difference between the scores of a pair")
	judgeFlags(f, &o.Judge)
	flags.Settings(f, &config.Train)
	cobra.CheckErr(cmd.MarkFlagRequired("judge"))
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	flags.Idle(cmd, func() bool { return config.Rounds < 2 && !config.Own }, "with one round, which trains on --data", "reference", "prompts", "prompts-a-round", "choice", "min-gap")
	kind := func(names ...string) func() bool {
		return func() bool { name, _, _ := strings.Cut(o.Judge.Judge, ":"); return !slices.Contains(names, name) }
	}
	flags.Idle(cmd, kind("endpoint"), "without a judge endpoint:URL", "judge-model", "judge-key-env", "judge-calls", "judge-timeout")
	flags.Idle(cmd, kind("model"), "without a judge model:NAME", "judge-by")
	flags.Idle(cmd, kind("model", "endpoint"), "without a judge that is a model", "judge-criterion")
	return cmd
}

// judgeFlags adds the flags that choose a judge.
func judgeFlags(f *pflag.FlagSet, o *iterate.JudgeOptions) {
	f.StringVar(&o.Judge, "judge", "", "`judge` of the answers: words:N, plain, lexicon:WORDS, model:NAME, endpoint:URL or person:FILE")
	f.StringVar(&o.Method, "judge-by", modeljudge.Yes, "how a local model judges: "+strings.Join(modeljudge.Methods, " or "))
	f.StringVar(&o.Model, "judge-model", "", "`name` of the endpoint's model")
	f.StringVar(&o.KeyEnv, "judge-key-env", judge.DefaultKeyEnv, "environment `variable` with the endpoint's API key")
	f.StringVar(&o.Criterion, "judge-criterion", judge.DefaultCriterion, "description of a good answer, for a judge that is a model")
	f.IntVar(&o.MaxCalls, "judge-calls", 0, "maximum number of calls to the endpoint; 0 prints the number needed and exits")
	f.DurationVar(&o.Timeout, "judge-timeout", time.Minute, "timeout of a call to the endpoint")
}
