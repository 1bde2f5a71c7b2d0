package run

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/wording"
)

// withStepsOf is the run's settings with the number of steps of a recorded run, if these may differ: at a constant learning
// rate a step does not depend on how many follow, unless early stopping compares evaluations.
func (r Record) withStepsOf(recorded Record) config.Config {
	c := r.Config
	if c.ConstantRate() && c.EarlyStopping == 0 {
		c.MaxSteps = recorded.Config.MaxSteps
	}
	return c
}

// checkSteps refuses a run with fewer steps than its folder has made.
func (r Record) checkSteps(dir string) error {
	steps, err := checkpoints.Steps(dir)
	if err != nil || len(steps) == 0 {
		return err
	}
	if made := steps[len(steps)-1]; made > r.Config.MaxSteps {
		return fmt.Errorf("%s has made %s, more than the %d that this run is to have; give it at least as many, or choose another folder", dir, wording.Count(made, "step"), r.Config.MaxSteps)
	}
	return nil
}

// remedy is what to do about a folder with another run. For more steps of the same run that is a new run, which continues
// from what this one learned: its schedule was made for its own number of steps.
func (r Record) remedy(recorded Record, dir string) string {
	more := r
	more.Config.MaxSteps = recorded.Config.MaxSteps
	if r.Config.MaxSteps <= recorded.Config.MaxSteps || more.differs(recorded) != "" {
		return "choose another folder, or remove this one"
	}
	steps := fmt.Sprintf("its learning rate was scheduled (%s) for %s", r.Config.Scheduler, wording.Count(recorded.Config.MaxSteps, "step"))
	if r.Config.ConstantRate() {
		steps = "early stopping counts on its number of steps"
	}
	if !recorded.Finished {
		return steps + "; resume it with that number"
	}
	return fmt.Sprintf("%s. To continue from what it learned, train a new run that starts from its adapter: --init-adapter %s --max-steps %d --out %s-more, without --resume",
		steps, dir, r.Config.MaxSteps-recorded.Config.MaxSteps, dir)
}
