package judge

import (
	"context"
	"errors"
)

// Batch is a judge for which several questions at once are cheaper than one after another.
type Batch interface {
	Judge
	ScoreAll(ctx context.Context, questions []Question) ([][]float64, error)
}

// All asks a judge all questions and calls each with the scores of one as they arrive. It calls waits for each question that
// returns [ErrWaiting].
func All(ctx context.Context, j Judge, questions []Question, each func(i int, scores []float64) error, waits func()) error {
	if batch, ok := j.(Batch); ok {
		all, err := batch.ScoreAll(ctx, questions)
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
