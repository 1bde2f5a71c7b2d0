package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/ranking"
)

func rankCommand() *cobra.Command {
	var model, adapter, file, rater string
	var prompts []string
	o := generate.DefaultDrawOptions()
	cmd := &cobra.Command{
		Use:   "rank RANKINGS",
		Short: "Rank the model's answers and save the rankings to a file",
		Long: `Rank the model's answers. For each prompt the model gives four, sampled as one batch
at rising temperatures and shown in shuffled order. Type their numbers, the best first:

  3 > 2 = 4 > 1   2 and 4 are equally good; commas or spaces may replace ">"
  all bad         no answer is worth learning from
  (empty line)    skip this prompt for now

Each ranking is saved at once, with the model, the sampling settings, the rater's
name and the time. Press Ctrl-D to stop; run the same command again to continue.
Another --rater is shown the same answers. Without prompts, the command shows the
answers in the file that the rater has not ranked.

The file can be used for training: dpo train --data RANKINGS.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := withFile(prompts, file)
			if err != nil {
				return err
			}
			session, err := ranking.OpenSession(args[0], rater, func(ctx context.Context, prompt string) (ranking.Candidates, error) {
				m, err := openModel(ctx, model)
				if err != nil {
					return ranking.Candidates{}, err
				}
				defer m.Close()
				return generate.Draw(ctx, m, adapter, prompt, o)
			})
			if err != nil {
				return err
			}
			defer session.Close()
			for _, note := range session.Log().Notes {
				fmt.Fprintln(cmd.OutOrStdout(), note)
			}
			return newRanker(cmd, session).run(cmd.Context(), session.Tasks(all))
		},
	}
	modelFlag(cmd, &model)
	f := cmd.Flags()
	f.StringVar(&adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringArrayVar(&prompts, "prompt", nil, "a `prompt`; may be repeated")
	f.StringVar(&file, "prompts", "", promptsUsage)
	f.StringVar(&rater, "rater", "me", "`name` of the rater")
	f.Float64SliceVar(&o.Temperatures, "temperatures", o.Temperatures, "sampling temperatures, one per answer")
	f.IntVar(&o.MaxNewTokens, "max-new-tokens", o.MaxNewTokens, "maximum length of an answer, in tokens")
	f.Float64Var(&o.TopP, "top-p", o.TopP, "sample from the likeliest tokens whose probabilities add up to this")
	return cmd
}

// promptsUsage describes a flag with a file of prompts.
const promptsUsage = "`file` of prompts, one per line, or JSON Lines with \"prompt\""

// withFile appends the prompts in a file; "" is no file.
func withFile(prompts []string, file string) ([]string, error) {
	if file == "" {
		return prompts, nil
	}
	more, err := preference.ReadPrompts(file)
	return append(prompts, more...), err
}

// ranker runs a ranking session at a terminal.
type ranker struct {
	session     *ranking.Session
	lines       <-chan string // the user's input; closed at its end
	inputErr    <-chan error  // why the input ended
	out         io.Writer
	interactive bool // the terminal echoes the input
}

func newRanker(cmd *cobra.Command, session *ranking.Session) *ranker {
	r := &ranker{session: session, out: cmd.OutOrStdout(), interactive: isTerminal(cmd.InOrStdin())}
	r.lines, r.inputErr = readLines(cmd.InOrStdin())
	return r
}

// run shows each task that the rater has not ranked and asks for an order.
func (r *ranker) run(ctx context.Context, tasks []ranking.Task) error {
	skipped := 0
	for i, task := range tasks {
		candidates, err := r.session.Candidates(ctx, task)
		if err != nil {
			return err
		}
		if _, ranked := r.session.Verdict(candidates); ranked {
			continue
		}
		r.show(candidates, i+1, len(tasks))
		ranked, err := r.ask(ctx, candidates)
		if errors.Is(err, io.EOF) {
			fmt.Fprintf(r.out, "\n%d prompts are left; run the same command to continue\n", skipped+len(tasks)-i)
			return nil
		}
		if err != nil {
			return err
		}
		if !ranked {
			skipped++
		}
	}
	fmt.Fprintf(r.out, "\n%d of %d prompts are ranked by %s in %s\n", len(tasks)-skipped, len(tasks), r.session.Rater(), r.session.Log().Source)
	return nil
}

func (r *ranker) show(candidates ranking.Candidates, number, total int) {
	fmt.Fprintf(r.out, "\n%d of %d: %s\n", number, total, candidates.Prompt)
	for i, answer := range candidates.Answers {
		fmt.Fprintf(r.out, "\n%d  %s\n", i+1, strings.ReplaceAll(printable(answer.Text), "\n", "\n   "))
	}
}

// ask reads orders until one is valid, and saves it. An empty line skips the prompt; io.EOF ends the session.
func (r *ranker) ask(ctx context.Context, candidates ranking.Candidates) (ranked bool, err error) {
	for {
		line, err := r.readLine(ctx)
		if err != nil || strings.TrimSpace(line) == "" {
			return false, err
		}
		verdict, err := r.session.Rank(candidates, line)
		var invalid *ranking.OrderError
		if errors.As(err, &invalid) {
			fmt.Fprintln(r.out, err)
			continue
		}
		if err != nil {
			return false, err
		}
		fmt.Fprintf(r.out, "saved: %s\n", verdict.Order())
		return true, nil
	}
}

func (r *ranker) readLine(ctx context.Context) (string, error) {
	fmt.Fprint(r.out, "\nbest first: ")
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("rank the answers: %w", ctx.Err())
	case line, ok := <-r.lines:
		if !ok {
			return "", cmp.Or(<-r.inputErr, io.EOF)
		}
		if !r.interactive {
			fmt.Fprintln(r.out)
		}
		return line, nil
	}
}
