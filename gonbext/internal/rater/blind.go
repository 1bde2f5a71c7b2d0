package rater

import (
	"context"
	"slices"

	"example.com/gonb-dpo/dpocore/ranking"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/output"
)

// CompareBlind asks for rankings of the answers of the base model and of runs, without naming the models.
func (r *Rater) CompareBlind(ctx context.Context, runs string, prompts []string) (output.Content, error) {
	comparison, err := measure.Compare(ctx, runs, prompts, r.status)
	if err != nil {
		return nil, err
	}
	candidates, notes, err := comparison.Blind()
	if err != nil {
		return nil, err
	}
	result := output.Notes(notes)
	if len(candidates) == 0 {
		return result, nil
	}
	if err := r.session.Add(candidates); err != nil {
		return nil, err
	}
	pending := slices.DeleteFunc(candidates, func(c ranking.Candidates) bool {
		_, ranked := r.session.Verdict(c)
		return ranked
	})
	if len(pending) == 0 {
		return append(result, r.summary()...), nil
	}
	asked, err := r.ask(ctx, ranking.TasksOf(pending))
	return append(result, asked), err
}
