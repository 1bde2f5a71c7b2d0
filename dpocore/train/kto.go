package train

import (
	"context"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/policy"
)

// batches are the parts of a step whose losses depend on each other: all of it or, with KTO, each batch.
func (p *plan) batches(step stepPairs) (parts []stepPairs) {
	size := len(step.pairs)
	if p.config.KTO() {
		size = p.config.BatchSize
	}
	for start := 0; start < len(step.pairs); start += size {
		end := min(start+size, len(step.pairs))
		parts = append(parts, stepPairs{step.indices[start:end], step.pairs[start:end], step.total})
	}
	return parts
}

// samePromptNotes says in how many batches KTO finds no answers to other prompts.
func (p *plan) samePromptNotes() []string {
	if !p.config.KTO() {
		return nil
	}
	batches, same := 0, 0
	for step := range p.config.MaxSteps {
		for batch := range slices.Chunk(p.schedule.Step(step), p.config.BatchSize) {
			prompt := p.pairs.Pair(batch[0]).Prompt
			batches++
			if !slices.ContainsFunc(batch, func(i int) bool { return !slices.Equal(p.pairs.Pair(i).Prompt, prompt) }) {
				same++
			}
		}
	}
	if same == 0 {
		return nil
	}
	return []string{fmt.Sprintf("In %d of the run's %d batches all answers are to one prompt. There KTO estimates the divergence from the reference (kl) from these answers, as none is to another prompt; choose another batch size, shuffle the pairs, or add other prompts.", same, batches)}
}

// lossOf is the loss of the pairs of a batch, or of those that are evaluated. With KTO it has their divergence from the reference,
// estimated by answers to other prompts of the batch (section 4.1 of the KTO paper).
func (t *trainer) lossOf(ctx context.Context, pairs []batch.Example) (policy.Loss, error) {
	loss := measure.LossOf(t.config, pairs)
	if !t.config.KTO() {
		return loss, nil
	}
	list := measure.Mismatched(pairs, t.pairs.Limit().Tokens())
	rows, err := t.pack(list)
	if err != nil {
		return loss, err
	}
	ratio, err := measure.LogRatio(ctx, &t.model.Work, t.policy, t.references, list, rows)
	loss.Divergence = max(0, ratio)
	return loss, err
}
