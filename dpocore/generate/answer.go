package generate

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// Answerer answers prompts with a model and, where one is named, an adapter. Its graphs compile with the first answer.
type Answerer struct {
	model     *model.Model
	generator *Generator
}

// Answerer prepares to answer with the adapter of a PEFT folder, or with the model alone where adapter is "". Several
// answerers of one model share its weights.
func NewAnswerer(m *model.Model, adapter string) (*Answerer, error) {
	if err := m.Load(config.Auto); err != nil {
		return nil, err
	}
	if adapter == "" {
		return answererWith(m, nil, nil)
	}
	layout, values, err := m.ReadAdapter(adapter)
	if err != nil {
		return nil, err
	}
	return answererWith(m, &layout, values)
}

// AnswererWith prepares to answer with an adapter given by its values; the model must be loaded.
func AnswererWith(m *model.Model, layout llama.Layout, values []float32) (*Answerer, error) {
	return answererWith(m, &layout, values)
}

func answererWith(m *model.Model, layout *llama.Layout, values []float32) (*Answerer, error) {
	generator, err := New(m.Backend(), m.Weights(), layout, values)
	if err != nil {
		return nil, err
	}
	return &Answerer{model: m, generator: generator}, nil
}

// SetAdapter replaces the adapter's values.
func (a *Answerer) SetAdapter(values []float32) error { return a.generator.SetAdapter(values) }

// Answer answers a conversation. said, where it is not nil, is told each sample's text as it comes, in whole characters.
// Where an error ends the answers, as a cancelled context does, they come as far as they were said.
func (a *Answerer) Answer(ctx context.Context, turns []preference.Turn, o Options, said func(sample int, text string)) ([]string, error) {
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return a.answer(ctx, prompt, o, said)
}

func (a *Answerer) answer(ctx context.Context, prompt []int32, o Options, said func(sample int, text string)) ([]string, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	tok := a.model.Tokenizer
	answers := make([]string, o.Samples)
	texts := make([]*Text, o.Samples)
	for i := range texts {
		texts[i] = NewText(tok.Stream(), o.Stop)
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
