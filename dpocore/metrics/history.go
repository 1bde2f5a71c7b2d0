package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// History is everything that a run recorded, in order of increasing steps.
type History struct {
	Steps       []Event
	Evaluations []Evaluation
	ForkedAt    int // the steps up to this one are those of another run, which this one was forked from; 0 if none are
}

// ReadHistory reads the logs in a run folder. It ignores a torn last line, so it can read a run that is still training. A
// run without evaluations has none. An error names the file and the line.
func ReadHistory(dir string) (History, error) {
	steps, err := readRows[Event](filepath.Join(dir, StepsFile))
	if errors.Is(err, os.ErrNotExist) {
		return History{}, fmt.Errorf("read training history: there is no %s in %s (%w); name a run folder that training created", StepsFile, dir, os.ErrNotExist)
	}
	if err != nil {
		return History{}, err
	}
	evaluations, err := readRows[Evaluation](filepath.Join(dir, EvaluationsFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return History{}, err
	}
	return History{Steps: steps, Evaluations: evaluations, ForkedAt: forkedAt(dir)}, nil
}

// forkedAt is the step of the fork that a run's record names, or 0.
func forkedAt(dir string) int {
	var record struct{ Fork struct{ Step int } }
	raw, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil || json.Unmarshal(raw, &record) != nil { // the logs are a history without a record too
		return 0
	}
	return record.Fork.Step
}

// rows calls a function with each step and each evaluation in the order in which they were made, until it returns false.
func (h History) rows(yield func(row) bool) {
	evaluations := h.Evaluations
	through := func(step int) bool {
		for len(evaluations) > 0 && evaluations[0].Step <= step {
			if !yield(&evaluations[0]) {
				return false
			}
			evaluations = evaluations[1:]
		}
		return true
	}
	for i := range h.Steps {
		if !through(h.Steps[i].Step-1) || !yield(&h.Steps[i]) {
			return
		}
	}
	through(math.MaxInt)
}

// Names lists the metrics that every run on pairs can return from Series: those of an Event, then those of an Evaluation.
func Names() []string {
	var names []string
	for _, f := range append(new(Event).fields(), new(Evaluation).fields()...) {
		if _, ok := f.value.(optional); !ok && !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

// Series returns one metric over the steps, by its TRL name, such as "loss" or "eval_rewards/accuracies". "step" and
// "epoch" are those of the optimizer steps. A value that wasn't recorded is NaN. ok is false for a name that isn't in
// Names; for a known name of an empty run, the slices are empty and ok is true. A metric of one objective, such as
// "eval_rewards/accuracies/helpfulness", is known if the run recorded it, and has only the steps that recorded it.
func (h History) Series(name string) (steps, values []float64, ok bool) {
	if steps, values, ok := rowSeries(h.Steps, name); ok {
		return steps, values, ok
	}
	if steps, values, ok := rowSeries(h.Evaluations, name); ok {
		return steps, values, ok
	}
	if steps, values, ok := objectiveSeries(h.Steps, name); ok {
		return steps, values, ok
	}
	return objectiveSeries(h.Evaluations, name)
}

// rowSeries returns one metric of the rows themselves, without their objectives.
func rowSeries[R any, P rowOf[R]](rows []R, name string) (steps, values []float64, ok bool) {
	known := P(new(R)).fields()
	if len(rows) > 0 {
		known = append(known, P(&rows[0]).fields()...)
	}
	if _, ok := find(known, name); !ok {
		return nil, nil, false
	}
	steps, values = make([]float64, len(rows)), make([]float64, len(rows))
	for i := range rows {
		r := P(&rows[i])
		steps[i], values[i] = float64(r.step()), math.NaN()
		if value, ok := find(r.fields(), name); ok {
			values[i] = value.float()
		}
	}
	return steps, values, true
}
