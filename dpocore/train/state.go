package train

import (
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/lossscale"
	"example.com/gonb-dpo/internal/finite"
)

// state is what changes from step to step, apart from the adapter and its optimizer, which are on the device. A checkpoint
// holds all of it; the evaluations are in its copy of the logs.
type state struct {
	step        int // steps made
	tokens      int64
	scale       lossscale.Scale
	evaluations []metrics.Evaluation // of the steps made

	forkedAt int // the step of the checkpoint that the run was forked from, or 0

	lastSave, lastEvaluation, lastSample int // the step after which each was done last; -1 if there was no evaluation
}

// restore sets the state to a checkpoint's.
func (s *state) restore(c run.Checkpoint, history metrics.History) {
	s.step, s.tokens, s.lastSave, s.lastSample = c.Step, c.NumTokens, c.Step, c.Step
	if c.LossScale > 0 { // checkpoints of earlier versions have none
		s.scale = lossscale.Scale{Factor: c.LossScale, Steps: c.LossScaleSteps}
	}
	for _, evaluation := range history.Evaluations {
		if evaluation.Step <= s.step {
			s.lastEvaluation = evaluation.Step
			s.evaluations = append(s.evaluations, evaluation)
		}
	}
}

// position is the state as a checkpoint holds it.
func (s *state) position(p *plan, updates int) run.Position {
	perEpoch := p.schedule.StepsPerEpoch()
	return run.Position{
		Step: s.step, Epoch: s.step / perEpoch, NextPair: s.step % perEpoch * p.config.StepPairs(),
		Seed: p.config.Seed, NumTokens: s.tokens, Updates: updates,
		LossScale: s.scale.Factor, LossScaleSteps: s.scale.Steps,
	}
}

// best is the step of the evaluation with the lowest held-out loss, the first if several are equal; ok is false if there
// was no evaluation. The one before the first step does not count: no adapter was trained by then. Nor do those before a fork: their
// checkpoints are another run's.
func (s *state) best() (step int, loss float64, ok bool) {
	for _, e := range s.evaluations {
		if e.Step >= max(1, s.forkedAt) && finite.Is(e.Loss) && (!ok || e.Loss < loss) {
			step, loss, ok = e.Step, e.Loss, true
		}
	}
	return step, loss, ok
}

// improved reports whether the last step is the best one so far.
func (s *state) improved() bool {
	step, _, ok := s.best()
	return ok && step == s.step
}

// evaluationsSinceBest counts the evaluations after the best one.
func (s *state) evaluationsSinceBest() (count int) {
	best, _, ok := s.best()
	for _, e := range s.evaluations {
		if ok && e.Step > best {
			count++
		}
	}
	return count
}
