package train

import (
	"context"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
)

// sample answers the sample prompts greedily, with the current adapter.
func (t *trainer) sample(ctx context.Context) error {
	adapter, _, _, err := t.policy.Snapshot()
	if err != nil {
		return err
	}
	if t.answerer == nil {
		t.answerer, err = generate.AnswererWith(t.model, t.layout, adapter)
	} else {
		err = t.answerer.SetAdapter(adapter)
	}
	if err != nil {
		return err
	}
	options := generate.Options{MaxNewTokens: t.config.SampleTokens, TopP: 1, Samples: 1}
	var answers []Answer
	for _, prompt := range t.config.SamplePrompts {
		texts, err := device.Await(ctx, &t.model.Work, func() ([]string, error) {
			return t.answerer.Answer(ctx, preference.User(prompt), options, nil)
		})
		if err != nil {
			return err
		}
		answers = append(answers, Answer{Prompt: prompt, Text: texts[0]})
	}
	t.listener.Sampled(t.step, answers)
	return nil
}
