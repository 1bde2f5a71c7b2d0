// Package ballot lets people rank answers in a terminal, and shows what they have ranked.
package ballot

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/wording"
)

// Options are the flags of dpo data rank.
type Options struct {
	Rankings       string // file to save the rankings in
	Rater          string
	Model, Adapter string
	AnyBase        bool           // accept an adapter of another model
	Written        config.Prompts // that are given; the others are those of the adapter's run
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
		m, err := open.Base(ctx, o.Model, o.AnyBase, o.Written, o.Adapter)
		if err != nil {
			return ranking.Candidates{}, err
		}
		defer m.Close()
		if err := open.Date(m, o.Written.Date); err != nil {
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
	if err := o.noteOthers(out, session.Log(), prompts); err != nil {
		return err
	}
	return newRanker(in, out, session).run(ctx, session.Tasks(prompts))
}

// noteOthers says which of the prompts have answers in the file that the adapter did not write: these are shown again, and no new
// ones are sampled.
func (o Options) noteOthers(out io.Writer, log *ranking.Log, prompts []string) error {
	if o.Adapter == "" {
		return nil
	}
	hash, err := run.TrainedHash(o.Adapter)
	if err != nil {
		return err
	}
	others := 0
	for _, known := range log.Candidates {
		signed := known.Adapter[strings.LastIndex(known.Adapter, " ")+1:] // the start of the hash, after the path
		if slices.Contains(prompts, known.Prompt) && (signed == "" || !strings.HasPrefix(hash, signed)) {
			others++
		}
	}
	if others > 0 {
		fmt.Fprintf(out, "%s already has the answers to %s by another model than %s, which are shown again; name another file to rank new ones\n", o.Rankings, wording.Count(others, "prompt"), o.Adapter)
	}
	return nil
}
