package generate

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
)

// SamplePrompts are the default prompts for sample answers; none of them is among the built-in pairs.
var SamplePrompts = []string{
	"How can I improve my productivity?",
	"My friend is not answering my messages. What should I do?",
	"Is it true that goldfish remember things for only three seconds?",
}

// SampleBoth answers prompts with the model alone and with an adapter, o.Samples times each, with the same seed so that
// differences come from the adapter. progress receives the number of prompts done.
func SampleBoth(ctx context.Context, m *model.Model, adapter string, prompts [][]preference.Turn, o Options, progress func(done, total int)) ([]evaluation.AnswerPair, error) {
	base, err := sampleAll(ctx, m, "", prompts, o, func(done int) { progress(done, 2*len(prompts)) })
	if err != nil {
		return nil, fmt.Errorf("sample answers: %w", err)
	}
	run, err := sampleAll(ctx, m, adapter, prompts, o, func(done int) { progress(len(prompts)+done, 2*len(prompts)) })
	if err != nil {
		return nil, fmt.Errorf("sample answers: %w", err)
	}
	var answers []evaluation.AnswerPair
	for i, turns := range prompts {
		pair := preference.Pair{Prompt: turns}
		for sample := range base[i] {
			answers = append(answers, evaluation.AnswerPair{Prompt: pair.PromptText(), Base: base[i][sample], Run: run[i][sample]})
		}
	}
	progress(2*len(prompts), 2*len(prompts))
	return answers, nil
}

// sampleAll samples answers to all prompts with one adapter, [prompts][samples].
func sampleAll(ctx context.Context, m *model.Model, adapter string, prompts [][]preference.Turn, o Options, progress func(done int)) ([][]evaluation.Answer, error) {
	answerer, err := NewAnswerer(m, adapter)
	if err != nil {
		return nil, err
	}
	defer answerer.Close()
	answers := make([][]evaluation.Answer, len(prompts))
	for i, turns := range prompts {
		progress(i)
		if answers[i], err = answerer.Sample(ctx, turns, o); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// Sample samples o.Samples answers to a conversation, and reports for each whether it ended with an end token.
func (a *Answerer) Sample(ctx context.Context, turns []preference.Turn, o Options) ([]evaluation.Answer, error) {
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, err
	}
	tok := a.model.Tokenizer
	samples, err := a.generator.Generate(ctx, prompt, tok.EOSIDs(), o, nil)
	if err != nil {
		return nil, err
	}
	answers := make([]evaluation.Answer, len(samples))
	for i, ids := range samples {
		answers[i] = evaluation.Answer{Text: tok.Decode(ids, true), Tokens: len(ids), Ended: len(ids) < o.MaxNewTokens}
	}
	return answers, nil
}

// Prompts returns the distinct prompts of a set in order, at most max of them.
func Prompts(set *preference.Set, max int) (prompts [][]preference.Turn) {
	seen := map[string]bool{}
	for _, pair := range set.Pairs {
		text := pair.PromptText()
		if len(prompts) < max && !seen[text] {
			prompts = append(prompts, pair.Prompt)
			seen[text] = true
		}
	}
	return prompts
}
