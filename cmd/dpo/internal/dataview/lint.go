// Package dataview prints preference pairs: problems in them, the pairs side by side, and their token ids.
package dataview

import (
	"context"
	"fmt"
	"io"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/internal/wording"
)

// LintOptions are the flags of dpo data lint.
type LintOptions struct {
	Model    string // whose tokenizer counts tokens
	EvalData string // held-out pairs, "" for those that belong to the training pairs
	NoTokens bool   // skip the checks that need a tokenizer

	MaxLength int // maximum tokens of prompt plus answer, as in training
	lint.Options
}

// Lint prints the problems that it finds in pairs. It returns an error if something is wrong.
func Lint(ctx context.Context, out io.Writer, name string, o LintOptions) error {
	data, err := open.Data(ctx, name, o.EvalData, 0, 0)
	if err != nil {
		return err
	}
	if !o.NoTokens {
		m, err := open.Model(ctx, o.Model)
		if err != nil {
			return fmt.Errorf("%w; --no-tokens needs no model", err)
		}
		defer m.Close()
		o.Encoder, o.Tokenizer = m.Encoder(o.MaxLength), m.Tokenizer
	}
	report, err := lint.Check(ctx, data.Train, data.HeldOut, o.Options)
	if err != nil {
		return err
	}
	writeReport(out, report)
	if n := wrongs(report); n > 0 {
		return exit.BadData(fmt.Errorf("%d of the findings in %s should be fixed before training", n, name))
	}
	return nil
}

func writeReport(w io.Writer, r lint.Report) {
	fmt.Fprintf(w, "%s: %s", r.Source, wording.Count(r.Pairs, "pair"))
	if r.HeldOut > 0 {
		fmt.Fprintf(w, ", %d held out", r.HeldOut)
	}
	fmt.Fprintln(w)
	for _, f := range r.Findings {
		fmt.Fprintf(w, "\n%-5s  %s: %d of %d\n       %s\n       %s\n", f.Severity, f.Rule, f.Count, f.Of, f.Summary, f.Advice)
		for _, example := range f.Examples {
			fmt.Fprintf(w, "         %s: %s\n", example.Where, example.Text)
		}
	}
	if len(r.Good) > 0 {
		fmt.Fprintf(w, "\nnothing found: %s\n", strings.Join(r.Good, ", "))
	}
	for _, rule := range r.NotChecked {
		fmt.Fprintf(w, "not checked: %s\n", rule)
	}
}

func wrongs(r lint.Report) (n int) {
	for _, f := range r.Findings {
		if f.Severity == lint.Wrong {
			n++
		}
	}
	return n
}
