package generate

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/model"
)

// SampleBoth answers prompts with the model alone and with an adapter, with the same seed, so that what differs is the
// adapter's doing. progress is told the answers done.
func SampleBoth(ctx context.Context, m *model.Model, adapter string, prompts [][]preference.Turn, o generate.Options, progress func(done, total int)) ([]evaluation.AnswerPair, error) {
	var answers []evaluation.AnswerPair
	for side, folder := range []string{"", adapter} {
		answerer, err := NewAnswerer(m, folder)
		if err != nil {
			return nil, fmt.Errorf("sample answers: %w", err)
		}
		for i, turns := range prompts {
			progress(side*len(prompts)+i, 2*len(prompts))
			said, err := answerer.Sample(ctx, turns, o)
			if err != nil {
				answerer.Close()
				return nil, fmt.Errorf("sample answers: %w", err)
			}
			for sample, answer := range said {
				if side == 0 {
					asked := preference.Pair{Prompt: turns}
					answers = append(answers, evaluation.AnswerPair{Prompt: asked.PromptText(), Base: answer})
				} else {
					answers[i*o.Samples+sample].Run = answer
				}
			}
		}
		answerer.Close()
	}
	progress(2*len(prompts), 2*len(prompts))
	return answers, nil
}

// sample draws answers, and says of each whether it ended by itself.
func (a *Answerer) Sample(ctx context.Context, turns []preference.Turn, o generate.Options) ([]evaluation.Answer, error) {
	prompt, err := a.model.Chat.Prompt(turns)
	if err != nil {
		return nil, err
	}
	tok := a.model.Tokenizer
	ids, err := a.generator.Generate(ctx, prompt, tok.EOSIDs(), o, nil)
	if err != nil {
		return nil, err
	}
	answers := make([]evaluation.Answer, len(ids))
	for i, own := range ids {
		answers[i] = evaluation.Answer{Text: tok.Decode(own, true), Tokens: len(own), Ended: len(own) < o.MaxNewTokens}
	}
	return answers, nil
}

// Prompts are a set's different prompts, in their order, at most so many.
func Prompts(set *preference.Set, most int) (prompts [][]preference.Turn) {
	seen := map[string]bool{}
	for _, pair := range set.Pairs {
		text := pair.PromptText()
		if len(prompts) < most && !seen[text] {
			prompts = append(prompts, pair.Prompt)
			seen[text] = true
		}
	}
	return prompts
}

// SamplePrompts are answered where no prompt is named; none of them is among the built-in pairs.
var SamplePrompts = []string{
	"How can I improve my productivity?",
	"My friend is not answering my messages. What should I do?",
	"Is it true that goldfish remember things for only three seconds?",
}
