package gonbext

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/measure"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/gonbext/internal/output"
	"example.com/gonb-dpo/gonbext/internal/views"
)

// Loss computes the DPO loss of one pair step by step, before any training. Policy and reference are the same model then,
// so both rewards are 0, the sigmoid is 0.5 and the loss is ln 2. [Explain] does the same after a run.
func Loss(p Pairs, i int, beta float64) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		if !(beta > 0) || math.IsInf(beta, 0) {
			return nil, fmt.Errorf("beta is %g; it must be above 0 (0.1 is a good start)", beta)
		}
		f, err := measure.One(ctx, "", p.set, i, status)
		if err != nil {
			return nil, err
		}
		return output.Stack{views.Loss(f, beta), output.Paragraph("Policy and reference are still the same model, so both rewards are 0 and the loss is ln 2, that of a coin toss.")}, nil
	})
}

// Explain shows what a run changed in one pair: the log-probabilities of both answers before and after, and the loss.
func Explain(dir string, p Pairs, i int) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		record, err := open.FinishedRun(dir)
		if err != nil {
			return nil, err
		}
		f, err := measure.One(ctx, dir, p.set, i, status)
		if err != nil {
			return nil, err
		}
		return output.Stack{views.Changes(i, f), views.Loss(f, record.Config.Beta)}, nil
	})
}
