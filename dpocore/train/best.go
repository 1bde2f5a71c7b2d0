package train

// best is the step of the evaluation with the lowest held-out loss, the first of equals; ok is false where nothing was
// evaluated.
func (t *trainer) best() (step int, loss float64, ok bool) {
	for _, e := range t.evaluations {
		if finite(e.Loss) && (!ok || e.Loss < loss) {
			step, loss, ok = e.Step, e.Loss, true
		}
	}
	return step, loss, ok
}

// improved says whether the last step must be kept because it is the best, and the run may end with it.
func (t *trainer) improved() bool {
	step, _, ok := t.best()
	return t.config.EarlyStopping > 0 && ok && step == t.step
}

// exhausted says whether as many evaluations have passed without a lower held-out loss as end the run.
func (t *trainer) exhausted() bool {
	if t.config.EarlyStopping == 0 {
		return false
	}
	best, _, ok := t.best()
	since := 0
	for _, e := range t.evaluations {
		if ok && e.Step > best {
			since++
		}
	}
	return since >= t.config.EarlyStopping
}
