package judge

import (
	"context"
	"errors"
)

// Together is a judge that takes several questions at once more cheaply than one after the other.
type Together interface {
	Judge
	ScoresOfAll(ctx context.Context, questions []Question) ([][]float64, error)
}

// All puts questions to a judge, and hands on the scores of each as they come. waits is told of each that has yet to be
// judged.
func All(ctx context.Context, j Judge, questions []Question, each func(i int, scores []float64) error, waits func()) error {
	if together, ok := j.(Together); ok {
		all, err := together.ScoresOfAll(ctx, questions)
		for i, scores := range all {
			err = errors.Join(err, each(i, scores))
		}
		return err
	}
	for i, q := range questions {
		scores, err := j.Scores(ctx, q.Prompt, q.Answers)
		switch {
		case errors.Is(err, ErrWaiting):
			waits()
			continue
		case err == nil:
			err = each(i, scores)
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
