package train

import (
	"context"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
)

// sample answers the sample prompts greedily, with the current adapter.
func (t *trainer) sample(ctx context.Context) error {
	var answers []Answer
	for _, prompt := range t.config.SamplePrompts {
		text, err := t.answer(ctx, preference.User(prompt), t.config.SampleTokens)
		if err != nil {
			return err
		}
		answers = append(answers, Answer{Prompt: prompt, Text: text})
	}
	t.listener.Sampled(t.step, answers)
	return nil
}

// answer answers a prompt greedily, with the current adapter.
func (t *trainer) answer(ctx context.Context, prompt []preference.Turn, tokens int) (string, error) {
	adapter, _, _, err := t.policy.Snapshot()
	if err != nil {
		return "", err
	}
	if t.answerer == nil {
		t.answerer, err = generate.AnswererWith(t.model, t.layout, adapter)
	} else {
		err = t.answerer.SetAdapter(adapter)
	}
	if err != nil {
		return "", err
	}
	texts, err := device.Await(ctx, &t.model.Work, func() ([]string, error) {
		return t.answerer.Answer(ctx, prompt, generate.Options{MaxNewTokens: tokens, TopP: 1, Samples: 1}, nil)
	})
	if err != nil {
		return "", err
	}
	return texts[0], nil
}
