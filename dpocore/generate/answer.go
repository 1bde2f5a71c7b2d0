package generate

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// Answerer answers prompts with a model and optionally an adapter. Its graphs compile with the first answer.
type Answerer struct {
	model     *model.Model
	generator *Generator
}

// NewAnswerer returns an answerer with the adapter of a PEFT folder, or with the model alone if adapter is "". Answerers
// of a model share its weights.
func NewAnswerer(m *model.Model, adapter string) (*Answerer, error) {
	if err := m.LoadForUse(); err != nil {
		return nil, err
	}
	if adapter == "" {
		return newAnswerer(m, nil, nil)
	}
	layout, values, err := m.ReadTrained(adapter)
	if err != nil {
		return nil, err
	}
	return newAnswerer(m, &layout, values)
}

// AnswererWith returns an answerer with an adapter given by its layout and values; the model must be loaded.
func AnswererWith(m *model.Model, layout decoder.Layout, values []float32) (*Answerer, error) {
	return newAnswerer(m, &layout, values)
}

func newAnswerer(m *model.Model, layout *decoder.Layout, values []float32) (*Answerer, error) {
	generator, err := New(m.Backend(), m.Weights(), layout, values)
	if err != nil {
		return nil, err
	}
	return &Answerer{model: m, generator: generator}, nil
}

// SetAdapter replaces the adapter's values.
func (a *Answerer) SetAdapter(values []float32) error { return a.generator.SetAdapter(values) }

// Answer answers a conversation with o.Samples answers. onText, which may be nil, receives the text of each sample as it is
// generated, in whole characters. On an error, such as that of a cancelled context, the answers so far are returned too.
func (a *Answerer) Answer(ctx context.Context, turns []preference.Turn, o Options, onText func(sample int, text string)) ([]string, error) {
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return a.answer(ctx, prompt, o, onText)
}

// answer is Answer for a tokenized prompt.
func (a *Answerer) answer(ctx context.Context, prompt []int32, o Options, onText func(sample int, text string)) ([]string, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	tok := a.model.Tokenizer
	answers := make([]string, o.Samples)
	texts := make([]*Text, o.Samples)
	for i := range texts {
		texts[i] = NewText(tok.Stream(), o.Stop)
	}
	appendText := func(sample int, text string) {
		answers[sample] += text
		if onText != nil && text != "" {
			onText(sample, text)
		}
	}
	_, err := a.generator.Generate(ctx, prompt, tok.EOSIDs(), o, func(sample int, id int32) bool {
		text, stopped := texts[sample].Add(id)
		appendText(sample, text)
		return stopped
	})
	for i := range texts {
		appendText(i, texts[i].Close())
	}
	if err != nil {
		return answers, fmt.Errorf("answer: %w", err)
	}
	return answers, nil
}

// Close frees the answerer, but not the model.
func (a *Answerer) Close() { a.generator.Finalize() }
