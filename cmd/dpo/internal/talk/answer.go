// Package talk answers prompts: one alone, or the messages of a chat.
package talk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/open"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// Options are the settings of answers: the model and how it is sampled.
type Options struct {
	Model, Adapter string         // Adapter is "" for the model alone
	AnyBase        bool           // accept an adapter of another model
	Prompts        config.Prompts // that are given; the others are those of the adapter's run
	System         string         // system prompt, "" for the one of the chat template
	Sampling       generate.Options
}

// Answer writes the answers to a prompt to out. A single answer is streamed.
func Answer(ctx context.Context, out io.Writer, prompt string, o Options) error {
	if prompt == "" {
		return exit.WrongUse(errors.New("there is no prompt; give one with --prompt \"…\""))
	}
	m, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer m.Close()
	answerer, err := generate.NewAnswerer(m, o.Adapter)
	if err != nil {
		return err
	}
	defer answerer.Close()
	turns := append(generate.NewConversation(o.System).Turns(), preference.Turn{Role: "user", Content: prompt})
	if o.Sampling.Samples == 1 {
		return stream(out, func(write func(string)) error {
			_, err := answerer.Answer(ctx, turns, o.Sampling, func(_ int, text string) { write(text) })
			return err
		})
	}
	answers, err := answerer.Answer(ctx, turns, o.Sampling, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, strings.Join(answers, "\n---\n"))
	return nil
}

// open opens the model. It refuses settings that are wrong or without effect.
func (o Options) open(ctx context.Context) (*model.Model, error) {
	if err := o.Sampling.Validate(); err != nil {
		return nil, exit.WrongUse(err)
	}
	m, err := open.Base(ctx, o.Model, o.AnyBase, o.Prompts, o.Adapter)
	if err != nil {
		return nil, err
	}
	err = open.Date(m, o.Prompts.Date)
	if err == nil && o.System != "" && m.Chat.LeavesOutSystem(o.System) {
		err = exit.WrongUse(errors.New("the model's chat template leaves out system turns, so --system has no effect; write it into the prompt instead"))
	}
	if err != nil {
		m.Close()
	}
	return m, err
}

// stream streams an answer to out and ends the line, unless answer failed before writing anything.
func stream(out io.Writer, answer func(write func(text string)) error) error {
	started := false
	err := answer(func(text string) {
		started = true
		fmt.Fprint(out, text)
	})
	if started || err == nil {
		fmt.Fprintln(out)
	}
	return err
}
