package guard

import (
	"context"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
)

// What the guard of repetition samples, unless a run has sample prompts: short answers to a few held-out prompts.
const (
	maxPrompts   = 4
	AnswerTokens = 64
)

// Divergence is the mean KL divergence of a policy from its reference along the answers of held-out rows, in nats per token.
func Divergence(ctx context.Context, work *device.Worker, p *policy.Policy, rows []*batch.Row, list []batch.Example) (float64, error) {
	total, tokens := 0.0, 0
	for _, row := range rows {
		moved, err := device.Await(ctx, work, func() ([][2]float32, error) {
			_, moved, err := p.Divergence(row)
			return moved, err
		})
		if err != nil {
			return 0, err
		}
		for i, both := range moved {
			example := list[row.Examples[i]]
			total, tokens = total+float64(both[0])+float64(both[1]), tokens+len(example.Chosen)+len(example.Rejected)
		}
	}
	return total / float64(tokens), nil
}

// Lost is how many nats per token the chosen answers of evaluated pairs have lost against the reference.
func Lost(pairs []evaluation.Pair) float64 {
	lost, tokens := 0.0, 0
	for _, p := range pairs {
		lost, tokens = lost+p.RefLogpsChosen-p.LogpsChosen, tokens+p.TokensChosen
	}
	return lost / float64(tokens)
}

// Repetition is the mean repetition of a run's answers to its sample prompts, or to held-out prompts.
func Repetition(c config.Config, heldOut []preference.Pair, answer func(prompt []preference.Turn) (string, error)) (float64, error) {
	prompts := generate.Prompts(&preference.Set{Pairs: heldOut}, maxPrompts)
	if len(c.SamplePrompts) > 0 {
		prompts = nil
		for _, prompt := range c.SamplePrompts {
			prompts = append(prompts, preference.User(prompt))
		}
	}
	sum := 0.0
	for _, prompt := range prompts {
		text, err := answer(prompt)
		if err != nil {
			return 0, err
		}
		sum += statistics.Repetition(text)
	}
	return sum / float64(len(prompts)), nil
}
