package train

import (
	"context"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train/guard"
)

// readGuards measures what the guards watch, given the held-out pairs as they were just evaluated; nil without guards.
func (t *trainer) readGuards(ctx context.Context, pairs []evaluation.Pair) (g *metrics.Guards, err error) {
	if !t.config.Guarded() {
		return nil, nil
	}
	g = &metrics.Guards{KL: math.NaN(), Chosen: math.NaN(), Repetition: math.NaN()}
	if t.config.GuardKL > 0 {
		if g.KL, err = guard.Divergence(ctx, &t.model.Work, t.policy, t.heldOutRows, t.heldOut.List); err != nil {
			return nil, err
		}
	}
	if t.config.GuardChosen > 0 {
		g.Chosen = guard.Lost(pairs)
	}
	if t.config.GuardRepetition > 0 {
		g.Repetition, err = guard.Repetition(t.config, t.heldOut.Pairs, func(prompt []preference.Turn) (string, error) {
			return t.answer(ctx, prompt, guard.AnswerTokens)
		})
	}
	return g, err
}

// guarded is the error of a run that a guard stops after its last step; otherwise nil.
func (t *trainer) guarded(ctx context.Context) error {
	last := len(t.evaluations) - 1
	if last < 0 || t.evaluations[last].Step != t.step {
		return nil
	}
	why := guard.Crossed(t.config, t.evaluations[last].Guards)
	switch {
	case why == "":
		return nil
	case t.config.GuardAction == config.GuardSlow:
		t.listener.Note(fmt.Sprintf("After step %d %s; the learning rate is multiplied by %g from here on.", t.step, why, guard.Factor(t.config, t.evaluations)))
		return nil
	}
	if t.lastSave < t.step {
		if err := t.save(ctx); err != nil {
			return err
		}
	}
	return &guard.Stopped{Step: t.step, Dir: t.dir, Why: why, Full: t.config.Full}
}
