package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/plots"
)

// roundsOptions holds the options of dpo rounds other than the settings of its rounds.
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
		Short: "Train in rounds on the model's own answers, scored by a judge (iterative DPO)",
		Long: `Train in rounds (iterative DPO). Round 1 trains on --data. Before each later round,
the model from the previous round answers new prompts, several times each, and a
judge scores the answers; the round trains on the resulting pairs.

  --reference previous  each round trains a new adapter on the merged model of the
                        previous round, which is also its reference: rewards show
                        the change in that round alone, and the model can move
                        further every round
  --reference base      each round continues training the previous round's adapter;
                        the first model stays the reference and limits how far the
                        model moves

  --judge words:60      prefers answers of about 60 words
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
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return trainRounds(cmd, config, o) },
	}
	f := cmd.Flags()
	modelFlag(cmd, &o.model)
	dataFlag(cmd, &o.data)
	f.StringVar(&o.evalData, "eval-data", "", "held-out pairs for all rounds: a `file`, \"builtin\", or a published set")
	f.Float64Var(&o.evalFraction, "eval-fraction", 0, "hold out this `fraction` of round 1's pairs, split by prompt")
	f.StringVar(&o.out, "out", "rounds", "`folder` for all rounds")
	f.StringVar(&o.prompts, "prompts", "", "`file` of new prompts, one per line, or JSON Lines with a \"prompt\" field")
	f.StringVar(&o.check, "check-prompts", "", "`file` of prompts to answer before the first round and after each round; the mean score shows whether the model improves")
	f.IntVar(&config.Rounds, "rounds", config.Rounds, "number of rounds")
	f.StringVar(&config.Reference, "reference", config.Reference, "reference of the rounds after the first: "+strings.Join(rounds.References, " or "))
	f.IntVar(&config.Prompts, "prompts-a-round", config.Prompts, "new prompts for each round after the first")
	f.IntVar(&config.Answers, "answers", config.Answers, "answers per prompt")
	f.Float64Var(&config.Temperature, "temperature", config.Temperature, "sampling temperature; must be above 0, so that the answers to a prompt differ")
	f.Float64Var(&config.TopP, "top-p", config.TopP, "sample from the most likely tokens whose probabilities add up to this")
	f.IntVar(&config.MaxTokens, "max-new-tokens", config.MaxTokens, "maximum answer length in tokens")
	f.StringVar(&config.Choice, "choice", config.Choice, "which pairs to make from the answers to a prompt: "+strings.Join(rounds.Choices, ", "))
	f.Float64Var(&config.MinGap, "min-gap", config.MinGap, "minimum difference between the scores of a pair")
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

// drawRounds writes the plots of each round to its folder, and the scores by round to dir/plots.
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
		return prompts, wrongUse(errors.New("rounds after the first need prompts; name a file with --prompts"))
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

// roundsProgress shows the progress of rounds, and of the run in each.
type roundsProgress struct {
	*progress
	doing string
}

func (p *roundsProgress) Progress(what string, done, total int) {
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
		fmt.Fprintf(w, "%s  %d pairs\n  %s\n", done.Run, done.Pairs, done.Summary)
	}
	for _, c := range record.Checked {
		fmt.Fprintln(w, checkLine(c))
	}
	if record.Cost.Calls > 0 {
		fmt.Fprintf(w, "judging took %s\n", record.Cost)
	}
}
