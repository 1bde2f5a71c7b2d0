package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/plots"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/train"
)

// roundsOptions are what the command takes beside the configuration.
type roundsOptions struct {
	model, data, evalData, out, prompts, check string
	evalFraction                               float64
	judge                                      judgeOptions
}

func roundsCommand() *cobra.Command {
	config := rounds.Default()
	var o roundsOptions
	cmd := &cobra.Command{
		Use:   "rounds",
		Short: "Train in rounds, on the model's own answers and what a judge says of them",
		Long: `Train in rounds (iterative DPO): round 1 on --data; before each further one the
model that the round before made answers new prompts, several times each, a judge
scores the answers, and the round trains on the pairs that follow.

  --reference previous  each round trains a new adapter on the model of the round
                        before, merged, which is its reference: rewards say what
                        the round alone changes, and the model can go on and on
  --reference base      each round goes on with the adapter of the round before;
                        the first model stays the reference and holds it near

  --judge words:60      prefers answers of about 60 words
  --judge model:NAME    a local model; --judge-by says how it is asked
  --judge endpoint:URL  a model behind an OpenAI-compatible interface, such as
                        endpoint:http://localhost:8080/v1, with --judge-model.
                        Without --judge-calls the command says what judging would
                        take and ends; the key is read from --judge-key-env
  --judge person:FILE   you, in a notebook: gonbext.Rank("FILE") shows the answers,
                        and the same command goes on when they are ranked

--out holds a run for each round (round-1, round-2, …) and beside them the
answers, scores and pairs; rounds.json and each round's run.json say what it was
made of. The same command goes on where it was stopped, and repeats nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return trainRounds(cmd, config, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs of all rounds: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `share` of round 1's pairs, by prompt")
	f.StringVar(&o.out, "out", "rounds", "`folder` for all rounds")
	f.StringVar(&o.prompts, "prompts", "", "`file` of new prompts, one a line, or JSON Lines with \"prompt\"")
	f.StringVar(&o.check, "check-prompts", "", "`file` of prompts that the model answers before the first round and after each: the mean score of these answers tells whether it gets better")
	f.IntVar(&config.Rounds, "rounds", config.Rounds, "rounds of training")
	f.StringVar(&config.Reference, "reference", config.Reference, "of the rounds after the first: "+strings.Join(rounds.References, " or "))
	f.IntVar(&config.Prompts, "prompts-a-round", config.Prompts, "new prompts for each round after the first")
	f.IntVar(&config.Answers, "answers", config.Answers, "answers to each prompt")
	f.Float64Var(&config.Temperature, "temperature", config.Temperature, "of the answers: above 0, so that they differ")
	f.Float64Var(&config.TopP, "top-p", config.TopP, "draw among the likeliest tokens that together reach this probability")
	f.IntVar(&config.MaxTokens, "max-new-tokens", config.MaxTokens, "longest answer")
	f.StringVar(&config.Choice, "choice", config.Choice, "the pairs of a prompt's answers: "+strings.Join(rounds.Choices, ", "))
	f.Float64Var(&config.MinGap, "min-gap", config.MinGap, "least difference of scores within a pair")
	o.judge.flags(f)
	configFlags(f, &config.Train)
	cobra.CheckErr(cmd.MarkFlagRequired("judge"))
	cmd.MarkFlagsMutuallyExclusive("eval-data", "eval-fraction")
	return cmd
}

func trainRounds(cmd *cobra.Command, config rounds.Config, o roundsOptions) error {
	if err := config.Validate(); err != nil {
		return wrongUse(err)
	}
	prompts, err := readRoundPrompts(o, config)
	if err != nil {
		return err
	}
	judge, free, err := o.judge.open(cmd.Context())
	if err != nil {
		return err
	}
	defer free()
	if err := o.judge.allowed(config, prompts, judge); err != nil {
		return err
	}
	data, err := fetchData(cmd.Context(), o.data, o.evalData, o.evalFraction, config.Train.Seed)
	if err != nil {
		return err
	}
	model, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer model.Close()
	shown := &roundsProgress{progress: newProgress(os.Stderr)}
	record, err := rounds.Run(cmd.Context(), model, o.out, config, data, prompts, judge, shown)
	shown.end()
	if err != nil {
		return err
	}
	printRounds(cmd.OutOrStdout(), record)
	return drawRounds(o.out, record)
}

// drawRounds draws each round's run into its folder, and the scores by round beside them.
func drawRounds(dir string, record rounds.Record) error {
	for _, done := range record.Done {
		history, err := metrics.ReadHistory(done.Run)
		if err != nil {
			return err
		}
		if err := plots.WriteRun(done.Run, history); err != nil {
			return err
		}
	}
	if len(record.Checked) == 0 {
		return nil
	}
	var rounds, scores []float64
	for _, c := range record.Checked {
		rounds, scores = append(rounds, float64(c.Round)), append(scores, c.Score)
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), plots.Scores(record.Judge, rounds, scores))
}

func readRoundPrompts(o roundsOptions, config rounds.Config) (prompts rounds.Prompts, err error) {
	if o.prompts == "" && config.Rounds > 1 {
		return prompts, wrongUse(errors.New("rounds after the first need prompts; name a file of them with --prompts"))
	}
	if o.prompts != "" {
		if prompts.New, err = preference.ReadPrompts(o.prompts); err != nil {
			return prompts, badData(err)
		}
	}
	if o.check != "" {
		if prompts.Check, err = preference.ReadPrompts(o.check); err != nil {
			return prompts, badData(err)
		}
	}
	return prompts, nil
}

// roundsProgress tells rounds as progress tells a run.
type roundsProgress struct {
	*progress
	doing string
}

func (p *roundsProgress) Doing(what string, done, total int) {
	p.bar("%s, %d of %d …", what, done, total)
	if !p.terminal && what != p.doing && done < total {
		p.line("%s …", what)
	}
	p.doing = what
}

func (p *roundsProgress) Training(_ int, says string) train.Listener {
	p.line("%s", says)
	*p.progress = progress{out: p.out, terminal: p.terminal}
	return p.progress
}

func (p *roundsProgress) Checked(c rounds.Check) { p.line("%s", checkLine(c)) }

func checkLine(c rounds.Check) string {
	who := fmt.Sprintf("the model of round %d", c.Round)
	if c.Round == 0 {
		who = "the first model"
	}
	return fmt.Sprintf("%s: a mean score of %.3g over %d answers, of which %.0f %% ended by themselves", who, c.Score, c.Answers, 100*c.Ended)
}

func printRounds(w io.Writer, record rounds.Record) {
	for _, done := range record.Done {
		fmt.Fprintf(w, "%s  %d pairs\n  %s\n", done.Run, done.Pairs, done.Says)
	}
	for _, c := range record.Checked {
		fmt.Fprintln(w, checkLine(c))
	}
	if record.Cost.Calls > 0 {
		fmt.Fprintf(w, "judging took %s\n", record.Cost)
	}
}
