package gonbext

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/figure"
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

// LossCurve draws the loss of one pair over its margin, for a beta and the gains of both answers, log π − log π_ref in nats. Sliders
// change the three, and show how far and which way a step would push the answers; they need no kernel.
func LossCurve(beta, gainChosen, gainRejected float64) {
	cell.Run(func(context.Context) error {
		for _, value := range []float64{beta, gainChosen, gainRejected} {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return fmt.Errorf("%g is no beta and no gain; 0.1, 3 and -2 are a good start", value)
			}
		}
		if beta <= 0 {
			return fmt.Errorf("beta is %g; it must be above 0 (0.1 is a good start)", beta)
		}
		cell.Show(views.LossCurve{Beta: beta, Chosen: gainChosen, Rejected: gainRejected})
		return nil
	})
}

// Losses draws losses by TRL's names over the gap of a pair, from −span to span nats, and how hard each pushes the chosen answer up and
// the rejected one down, with the beta and other values of the settings. Each is in units of its derivative at a gap of 0. Without
// names it draws sigmoid, hinge, ipo, simpo and kto. The figures are saved in the folder losses.
func Losses(c config.Config, span float64, names ...string) {
	cell.Task(func(ctx context.Context, status cell.Status) (output.Content, error) {
		v, err := measure.Losses(c, span, names, status)
		if err != nil {
			return nil, err
		}
		for _, f := range v.Figures() {
			if err := figure.Show(f, "losses"); err != nil {
				return nil, err
			}
		}
		return v.Table(), nil
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
