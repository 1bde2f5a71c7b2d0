// Package ballot lets people rank answers in a terminal, and shows what they have ranked.
package ballot

import (
	"context"
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/ranking"
)

// Options are the flags of dpo data rank.
type Options struct {
	Rankings       string // file to save the rankings in
	Rater          string
	Model, Adapter string
	AnyBase        bool   // accept an adapter of another model
	Date           string // that the chat template writes, "" for that of the adapter's run or the present
	Prompts        []string
	File           string // file with more prompts, or ""
	Drawing        generate.DrawOptions
}

// Rank samples answers to prompts and lets the user rank them. Without prompts it shows the answers in the file.
func Rank(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	prompts, err := open.Prompts(o.Prompts, o.File)
	if err != nil {
		return err
	}
	session, err := ranking.OpenSession(o.Rankings, o.Rater, func(ctx context.Context, prompt string) (ranking.Candidates, error) {
		m, err := open.Base(ctx, o.Model, o.AnyBase, o.Adapter)
		if err != nil {
			return ranking.Candidates{}, err
		}
		defer m.Close()
		if err := open.Date(m, o.Date); err != nil {
			return ranking.Candidates{}, err
		}
		return generate.Draw(ctx, m, o.Adapter, prompt, o.Drawing)
	})
	if err != nil {
		return err
	}
	defer session.Close()
	for _, note := range session.Log().Notes {
		fmt.Fprintln(out, note)
	}
	return newRanker(in, out, session).run(ctx, session.Tasks(prompts))
}
