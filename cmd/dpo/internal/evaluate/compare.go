package evaluate

import (
	"context"
	"fmt"
	"io"
	"os"

	"example.com/gonb-dpo/cmd/dpo/internal/ballot"
	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/cmd/dpo/internal/terminal"
	"example.com/gonb-dpo/dpocore/compare"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/generate"
)

// CompareOptions are the flags of dpo compare.
type CompareOptions struct {
	Model    string
	AnyBase  bool           // accept adapters of another model
	Written  config.Prompts // that are given; the others are those of the first adapter's run
	Adapters []string
	Prompts  []string
	File     string // file with more prompts, or ""
	Votes    string // file of rankings for a blind comparison, or ""
	Rater    string
	compare.Options
}

// Compare answers prompts with the base model and with each adapter, and prints the answers or asks the user to rank them
// blind.
func Compare(ctx context.Context, in io.Reader, out io.Writer, o CompareOptions) error {
	if err := o.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	prompts, err := open.Prompts(o.Prompts, o.File)
	if err != nil {
		return err
	}
	if err := ballot.Check(o.Votes); err != nil {
		return err
	}
	if len(prompts) == 0 {
		prompts = generate.SamplePrompts
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, o.Written, o.Adapters...)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := open.Date(m, o.Written.Date); err != nil {
		return err
	}
	bar := terminal.NewBar(os.Stderr)
	answers, err := compare.Run(ctx, m, o.Adapters, prompts, o.Options, bar.Counter("answer %d of %d …"))
	if err != nil {
		return err
	}
	bar.End()
	if o.Votes == "" {
		printAnswers(out, o.Adapters, answers)
		return nil
	}
	ballots, notes, err := compare.Blind(m, o.Adapters, answers, o.Options)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(out, note)
	}
	return ballot.Vote(ctx, in, out, o.Votes, o.Rater, ballots)
}

func printAnswers(w io.Writer, runs []string, answers []compare.Answers) {
	names := append([]string{"base model"}, runs...)
	if len(runs) == 1 {
		names = []string{"before", "after"}
	}
	for _, a := range answers {
		fmt.Fprintf(w, "\n── %s\n", a.Prompt)
		for i, answer := range a.Replies {
			fmt.Fprintf(w, "\n%-8s%s\n", names[i]+":", terminal.Printable(answer.Text))
		}
	}
}
