package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/ranking"
)

// compareOptions are the command's flags.
type compareOptions struct {
	model, file, votes, rater string
	adapters, prompts         []string
	compare.Options
}

func compareCommand() *cobra.Command {
	o := compareOptions{rater: "me", Options: compare.Options{MaxNewTokens: 128, Seed: 42}}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare answers before and after training, for any number of runs",
		Long: `Answer the same prompts with the base model and with the adapter of each run, by
greedy decoding or sampling with the same seed. The answers are saved in the run
folders, in answers.json, and reused when the same prompts are compared again.

With --blind VOTES the answers are shown in random order and without names. Enter
their numbers, best first, as for dpo data rank; once all prompts are ranked, the
models are revealed. The rankings are saved in VOTES; dpo train --data VOTES trains
on them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.prompts, err = withFile(o.prompts, o.file); err != nil {
				return err
			}
			if len(o.prompts) == 0 {
				o.prompts = generate.SamplePrompts
			}
			return compareRuns(cmd, o)
		},
	}
	modelFlag(cmd, &o.model)
	f := cmd.Flags()
	f.StringArrayVar(&o.adapters, "adapter", []string{"dpo_finetuned_smollm2"}, "run `folder`; can be repeated")
	f.StringArrayVar(&o.prompts, "prompt", nil, "prompt to answer; can be repeated (default three built-in prompts)")
	f.StringVar(&o.file, "prompts", "", promptsUsage)
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of an answer in tokens")
	f.Float64Var(&o.Temperature, "temperature", 0, "sampling temperature; 0 for greedy decoding")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "seed of sampling, the same for all models")
	f.StringVar(&o.votes, "blind", "", "rank the answers without knowing which model wrote them, and save the rankings in this `file`")
	f.StringVar(&o.rater, "rater", o.rater, "`name` of the person who ranks")
	return cmd
}

func compareRuns(cmd *cobra.Command, o compareOptions) error {
	m, err := openModel(cmd.Context(), o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	bar := newProgress(os.Stderr)
	answers, err := compare.Run(cmd.Context(), m, o.adapters, o.prompts, o.Options, func(done, total int) {
		bar.bar("answer %d of %d …", done+1, total)
	})
	if err != nil {
		return err
	}
	bar.end()
	if o.votes == "" {
		printAnswers(cmd.OutOrStdout(), o.adapters, answers)
		return nil
	}
	ballots, notes, err := compare.Blind(m, o.adapters, answers, o.Options)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(cmd.OutOrStdout(), note)
	}
	return vote(cmd, o, ballots)
}

// vote lets the user rank the ballots, and reveals the models once all are ranked.
func vote(cmd *cobra.Command, o compareOptions, ballots []ranking.Candidates) error {
	if len(ballots) == 0 {
		return errors.New("nothing to rank: the models give the same answers to all prompts; choose others with --prompt")
	}
	session, err := ranking.OpenSession(o.votes, o.rater, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	for _, note := range session.Log().Notes {
		fmt.Fprintln(cmd.OutOrStdout(), note)
	}
	if err := newRanker(cmd, session).run(cmd.Context(), ranking.TasksOf(ballots)); err != nil {
		return err
	}
	if judgements, complete := session.Judgements(ballots); complete {
		reveal(cmd.OutOrStdout(), session.Log(), judgements)
	}
	return nil
}

// reveal prints which model wrote which answer, and how the models compare.
func reveal(w io.Writer, log *ranking.Log, judgements []ranking.Judgement) {
	for _, j := range judgements {
		fmt.Fprintf(w, "\n── %s\n   %s, where\n", j.Prompt, j.Order())
		for i, answer := range j.Answers {
			fmt.Fprintf(w, "   %d is by %s\n", i+1, strings.Join(answer.By, " and "))
		}
	}
	fmt.Fprintln(w, "\npairwise comparisons in "+log.Source+":")
	for _, s := range log.Tally() {
		fmt.Fprintf(w, "   %s: %d better, %d equal, %d worse; first in %d of %d\n", s.By, s.Better, s.Equal, s.Worse, s.First, s.Judged)
	}
}

func printAnswers(w io.Writer, runs []string, answers []compare.Answers) {
	names := append([]string{"base model"}, runs...)
	if len(runs) == 1 {
		names = []string{"before", "after"}
	}
	for _, a := range answers {
		fmt.Fprintf(w, "\n── %s\n", a.Prompt)
		for i, answer := range a.Replies {
			fmt.Fprintf(w, "\n%-8s%s\n", names[i]+":", printable(answer.Text))
		}
	}
}
