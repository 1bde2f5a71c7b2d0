package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judgement"
)

func rankCommand() *cobra.Command {
	var model, adapter, file string
	r := ranker{rater: "me", draw: generate.DefaultDrawOptions()}
	var prompts []string
	cmd := &cobra.Command{
		Use:   "rank RANKINGS",
		Short: "Rank answers of the model, and keep the rankings in a file",
		Long: `Rank answers of the model. To each prompt it gives four, drawn as one batch from
careful to daring and shown in a mixed order. Write their numbers, the best first:

  3 > 2 = 4 > 1   2 and 4 are equally good; commas or spaces do for ">"
  all bad         none is worth learning from
  (an empty line) later

Each ranking is on the disk as soon as it is made, with the model, how it drew the
answers, who ranked, and when. Ctrl-D leaves; the same command goes on from there,
and shows another --rater the same answers. Without prompts it shows those that
are in the file.

The file can be trained on as it is: dpo train --data RANKINGS.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file != "" {
				more, err := promptsOf(file)
				if err != nil {
					return err
				}
				prompts = append(prompts, more...)
			}
			r.out, r.prompting = cmd.OutOrStdout(), isTerminal(cmd.InOrStdin())
			r.lines, r.failed = readLines(cmd.InOrStdin())
			r.answers = func(prompt string) (judgement.Drawing, error) {
				m, err := openModel(cmd.Context(), model)
				if err != nil {
					return judgement.Drawing{}, err
				}
				defer m.Close()
				return generate.Draw(cmd.Context(), m, adapter, prompt, r.draw)
			}
			return r.run(cmd.Context(), args[0], prompts)
		},
	}
	modelFlag(cmd, &model)
	f := cmd.Flags()
	f.StringVar(&adapter, "adapter", "", "PEFT `folder` to answer with")
	f.StringArrayVar(&prompts, "prompt", nil, "a `prompt`; may be given several times")
	f.StringVar(&file, "prompts", "", "a `file` with a prompt a line")
	f.StringVar(&r.rater, "rater", r.rater, "`name` of who ranks")
	f.Float64SliceVar(&r.draw.Temperatures, "temperatures", r.draw.Temperatures, "one for each answer")
	f.IntVar(&r.draw.MaxNewTokens, "max-new-tokens", r.draw.MaxNewTokens, "longest answer, in tokens")
	f.Float64Var(&r.draw.TopP, "top-p", r.draw.TopP, "draw among the likeliest tokens that together reach this probability")
	return cmd
}

// promptsOf reads a file with a prompt a line.
func promptsOf(path string) (prompts []string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the prompts: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" {
			prompts = append(prompts, line)
		}
	}
	if len(prompts) == 0 {
		return nil, fmt.Errorf("%s holds no prompt; write one a line", path)
	}
	return prompts, nil
}

// ranker is one session at a terminal.
type ranker struct {
	rater     string
	draw      generate.DrawOptions
	answers   func(prompt string) (judgement.Drawing, error)
	ballots   map[string]judgement.Drawing // by prompt: what is ranked, in place of answers that were drawn for it; may be nil
	lines     <-chan string                // what is written; closed at its end
	failed    <-chan error                 // what ended it
	out       io.Writer
	prompting bool
}

// run goes through the prompts that the rater has not ranked.
func (r *ranker) run(ctx context.Context, path string, prompts []string) error {
	file, err := judgement.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	log, err := judgement.Read(path)
	if err != nil {
		return err
	}
	for _, note := range log.Notes {
		fmt.Fprintln(r.out, note)
	}
	if len(prompts) == 0 {
		for _, d := range log.Pending(r.rater) {
			prompts = append(prompts, d.Prompt)
		}
	}
	left := 0
	for at, prompt := range prompts {
		d, err := r.drawing(file, log, prompt)
		if err != nil {
			return err
		}
		if _, ranked := log.Verdict(d, r.rater); ranked {
			continue
		}
		fmt.Fprintf(r.out, "\n%d of %d: %s\n", at+1, len(prompts), prompt)
		for i, answer := range d.Answers {
			fmt.Fprintf(r.out, "\n%d  %s\n", i+1, strings.ReplaceAll(printable(answer.Text), "\n", "\n   "))
		}
		kept, err := r.judge(ctx, file, d)
		if errors.Is(err, io.EOF) {
			fmt.Fprintf(r.out, "\n%d prompts are left; the same command goes on with them\n", left+len(prompts)-at)
			return nil
		}
		if err != nil {
			return err
		}
		if !kept {
			left++
		}
	}
	fmt.Fprintf(r.out, "\n%d of %d prompts are ranked by %s in %s\n", len(prompts)-left, len(prompts), r.rater, path)
	return nil
}

// drawing is the one that the file has of a prompt, or a new one; of a ballot, it is that one.
func (r *ranker) drawing(file *judgement.File, log *judgement.Log, prompt string) (judgement.Drawing, error) {
	d, ballot := r.ballots[prompt]
	if at := slices.IndexFunc(log.Drawings, func(own judgement.Drawing) bool {
		return own.Prompt == prompt && (!ballot || own.ID == d.ID)
	}); at >= 0 {
		return log.Drawings[at], nil
	}
	if !ballot {
		var err error
		if d, err = r.answers(prompt); err != nil {
			return d, err
		}
	}
	return d, file.Draw(&d)
}

// judge asks until there is an order, and keeps it. An empty line leaves it for later; io.EOF ends the session.
func (r *ranker) judge(ctx context.Context, file *judgement.File, d judgement.Drawing) (kept bool, err error) {
	for {
		fmt.Fprint(r.out, "\nthe best first: ")
		var line string
		var more bool
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("rank the answers: %w", ctx.Err())
		case line, more = <-r.lines:
		}
		if !more {
			return false, cmp.Or(<-r.failed, io.EOF)
		}
		if !r.prompting {
			fmt.Fprintln(r.out)
		}
		if strings.TrimSpace(line) == "" {
			return false, nil
		}
		ranks, bad, err := judgement.ParseOrder(line, len(d.Answers))
		if err != nil {
			fmt.Fprintln(r.out, err)
			continue
		}
		verdict := judgement.Verdict{Rater: r.rater, Ranks: ranks, AllBad: bad, Judged: time.Now().UTC().Truncate(time.Second)}
		if err := file.Judge(d, verdict); err != nil {
			return false, err
		}
		fmt.Fprintf(r.out, "kept: %s\n", verdict.Order())
		return true, nil
	}
}
