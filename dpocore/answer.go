package dpocore

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Answerer answers prompts with a model and, where one is named, an adapter. Its graphs compile with the first answer.
type Answerer struct {
	model     *Model
	generator *generate.Generator
}

// Answerer prepares to answer with the adapter of a PEFT folder, or with the model alone where adapter is "".
func (m *Model) Answerer(adapter string) (*Answerer, error) {
	if err := m.load(); err != nil {
		return nil, err
	}
	var layout *llama.Layout
	var values []float32
	if adapter != "" {
		lora, err := export.ReadAdapterConfig(adapter)
		if err != nil {
			return nil, err
		}
		made, err := llama.NewLayout(m.weights.Config, lora)
		if err != nil {
			return nil, err
		}
		if values, err = export.ReadAdapter(adapter, made); err != nil {
			return nil, err
		}
		layout = &made
	}
	generator, err := generate.New(m.backend, m.weights, layout, values)
	if err != nil {
		return nil, err
	}
	return &Answerer{model: m, generator: generator}, nil
}

// Answer answers a conversation. said, where it is not nil, is told each sample's text as it comes.
func (a *Answerer) Answer(ctx context.Context, turns []preference.Turn, o generate.Options, said func(sample int, text string)) ([]string, error) {
	tok := a.model.Tokenizer
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	texts := make([]string, o.Samples)
	streams := make([]*tokenizer.Stream, o.Samples)
	for i := range streams {
		streams[i] = tok.Stream()
	}
	say := func(sample int, text string) {
		texts[sample] += text
		if said != nil && text != "" {
			said(sample, text)
		}
	}
	_, err = a.generator.Generate(ctx, prompt, tok.EOSIDs(), o, func(sample int, id int32) { say(sample, streams[sample].Add(id)) })
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	for i := range streams {
		say(i, streams[i].Close())
	}
	return texts, nil
}

// Close frees the answerer; the model stays.
func (a *Answerer) Close() { a.generator.Finalize() }
