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
	"example.com/gonb-dpo/dpocore/judgement"
)

// compareOptions are what the command takes.
type compareOptions struct {
	model, file, votes, rater string
	adapters, prompts         []string
	compare.Options
}

func compareCommand() *cobra.Command {
	o := compareOptions{rater: "me", Options: compare.Options{MaxNewTokens: 128, Seed: 42}}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Answer prompts before and after training, under any number of runs",
		Long: `Answer the same prompts with the model as it was and with the adapter of each run,
the likeliest token every time, or drawn with the same seed. The answers stay in
the run folders, in answers.json; the same question again is answered from there.

With --blind VOTES the answers come in a mixed order and without names. Write their
numbers, the best first, as for dpo data rank; once all are ranked, it says which
model wrote which. VOTES keeps the rankings: dpo train --data VOTES learns from them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.file != "" {
				more, err := promptsOf(o.file)
				if err != nil {
					return err
				}
				o.prompts = append(o.prompts, more...)
			}
			if len(o.prompts) == 0 {
				o.prompts = generate.SamplePrompts
			}
			return compareRuns(cmd, o)
		},
	}
	modelFlag(cmd, &o.model)
	f := cmd.Flags()
	f.StringArrayVar(&o.adapters, "adapter", []string{"dpo_finetuned_smollm2"}, "run `folder`; may be given several times")
	f.StringArrayVar(&o.prompts, "prompt", nil, "what to answer; may be given several times (default three of its own)")
	f.StringVar(&o.file, "prompts", "", "a `file` with a prompt a line")
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "longest answer, in tokens")
	f.Float64Var(&o.Temperature, "temperature", 0, "above 0, draw the words; 0 takes the likeliest")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "of the words that are drawn, the same for all")
	f.StringVar(&o.votes, "blind", "", "have the answers ranked without saying whose they are, and keep that in this `file`")
	f.StringVar(&o.rater, "rater", o.rater, "`name` of who ranks")
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

// vote has ballots ranked, and reveals who wrote what once none is left.
func vote(cmd *cobra.Command, o compareOptions, ballots []judgement.Drawing) error {
	r := ranker{rater: o.rater, ballots: map[string]judgement.Drawing{}, out: cmd.OutOrStdout(), prompting: isTerminal(cmd.InOrStdin())}
	var prompts []string
	for _, d := range ballots {
		r.ballots[d.Prompt] = d
		prompts = append(prompts, d.Prompt)
	}
	if len(prompts) == 0 {
		return errors.New("there is nothing to vote on: the models say the same to all prompts; name others with --prompt")
	}
	r.lines, r.failed = readLines(cmd.InOrStdin())
	if err := r.run(cmd.Context(), o.votes, prompts); err != nil {
		return err
	}
	log, err := judgement.Read(o.votes)
	if err != nil {
		return err
	}
	reveal(r.out, log, r.rater, ballots)
	return nil
}

// reveal says who wrote what a rater has ranked, unless some of it is left.
func reveal(w io.Writer, log *judgement.Log, rater string, ballots []judgement.Drawing) {
	for _, d := range ballots {
		if _, judged := log.Verdict(d, rater); !judged {
			return
		}
	}
	for _, d := range ballots {
		verdict, _ := log.Verdict(d, rater) // there is one of each
		fmt.Fprintf(w, "\n── %s\n   %s, where\n", d.Prompt, verdict.Order())
		for i, answer := range d.Answers {
			fmt.Fprintf(w, "   %d is of %s\n", i+1, strings.Join(answer.By, " and "))
		}
	}
	fmt.Fprintln(w, "\nagainst each other model, in "+log.Source+":")
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
		for i, said := range a.Said {
			fmt.Fprintf(w, "\n%-8s%s\n", names[i]+":", printable(said.Text))
		}
	}
}
