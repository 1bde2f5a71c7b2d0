package generate

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
)

// Answerer answers prompts with a model and, where one is named, an adapter. Its graphs compile with the first answer.
type Answerer struct {
	model     *model.Model
	generator *generate.Generator
}

// Answerer prepares to answer with the adapter of a PEFT folder, or with the model alone where dir is "". Several
// answerers of one model share its weights.
func NewAnswerer(m *model.Model, dir string) (*Answerer, error) {
	if err := m.Load(config.Auto); err != nil {
		return nil, err
	}
	var layout *decoder.Layout
	var values []float32
	if dir != "" {
		loaded, loadedValues, err := adapter.Load(dir, m.Weights().Config)
		if err != nil {
			return nil, err
		}
		layout, values = &loaded, loadedValues
	}
	generator, err := generate.New(m.Backend(), m.Weights(), layout, values)
	if err != nil {
		return nil, err
	}
	return &Answerer{model: m, generator: generator}, nil
}

// Answer answers a conversation. said, where it is not nil, is told each sample's text as it comes, in whole characters.
// Where an error ends the answers, as a cancelled context does, they come as far as they were said.
func (a *Answerer) Answer(ctx context.Context, turns []preference.Turn, o generate.Options, said func(sample int, text string)) ([]string, error) {
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return a.answer(ctx, prompt, o, said)
}

func (a *Answerer) answer(ctx context.Context, prompt []int32, o generate.Options, said func(sample int, text string)) ([]string, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	tok := a.model.Tokenizer
	answers := make([]string, o.Samples)
	texts := make([]*generate.Text, o.Samples)
	for i := range texts {
		texts[i] = generate.NewText(tok.Stream(), o.Stop)
	}
	say := func(sample int, text string) {
		answers[sample] += text
		if said != nil && text != "" {
			said(sample, text)
		}
	}
	_, err := a.generator.Generate(ctx, prompt, tok.EOSIDs(), o, func(sample int, id int32) bool {
		text, stopped := texts[sample].Add(id)
		say(sample, text)
		return stopped
	})
	for i := range texts {
		say(i, texts[i].Close())
	}
	if err != nil {
		return answers, fmt.Errorf("answer: %w", err)
	}
	return answers, nil
}

// Close frees the answerer; the model stays.
func (a *Answerer) Close() { a.generator.Finalize() }
