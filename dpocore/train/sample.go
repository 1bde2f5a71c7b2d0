package train

import (
	"context"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/preference"
)

// sample answers the sample prompts with the adapter as it stands, greedily.
func (t *trainer) sample(ctx context.Context) error {
	adapter, _, _, err := t.policy.Snapshot()
	if err != nil {
		return err
	}
	if t.answerer == nil {
		if t.answerer, err = generate.AnswererWith(t.model, t.layout, adapter); err != nil {
			return err
		}
	} else if err := t.answerer.SetAdapter(adapter); err != nil {
		return err
	}
	options := generate.Options{MaxNewTokens: t.config.SampleTokens, TopP: 1, Samples: 1}
	var answers []Answer
	for _, prompt := range t.config.SamplePrompts {
		texts, err := device.Await(ctx, &t.model.Work, func() ([]string, error) {
			return t.answerer.Answer(ctx, []preference.Turn{{Role: "user", Content: prompt}}, options, nil)
		})
		if err != nil {
			return err
		}
		answers = append(answers, Answer{Prompt: prompt, Text: texts[0]})
	}
	t.sampledAt = t.step
	t.listener.Sampled(t.step, answers)
	return nil
}
