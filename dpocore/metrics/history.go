package metrics

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
)

// History is everything a run recorded, steps increasing.
type History struct {
	Steps       []Event
	Evaluations []Evaluation
}

// ReadHistory reads the record in a run folder. A torn last line is left out, so
// a run that is training can be read; a run without evaluations has none. An error
// names the file and the line.
func ReadHistory(dir string) (History, error) {
	steps, err := readRows[Event](filepath.Join(dir, StepsFile))
	if errors.Is(err, os.ErrNotExist) {
		return History{}, fmt.Errorf("read the history of a run: %s has no %s; is it a run folder? %w", dir, StepsFile, err)
	}
	if err != nil {
		return History{}, err
	}
	evaluations, err := readRows[Evaluation](filepath.Join(dir, EvaluationsFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return History{}, err
	}
	return History{Steps: steps, Evaluations: evaluations}, nil
}

// Names lists what Series can be asked for: TRL's names of an Event, then those of
// an Evaluation.
func Names() []string {
	var names []string
	for _, kind := range []reflect.Type{reflect.TypeFor[Event](), reflect.TypeFor[Evaluation]()} {
		for _, f := range figureFields(kind) {
			if !slices.Contains(names, f.name) {
				names = append(names, f.name)
			}
		}
	}
	return names
}

// Series gives one figure over the steps by TRL's name, such as "loss" or
// "eval_rewards/accuracies"; "step" and "epoch" are those of the optimizer steps.
// A figure that wasn't recorded is NaN. ok is false for a name not in Names; a
// known name of a run that recorded nothing gives two empty slices and ok. A name
// of one objective, such as "eval_rewards/accuracies/helpfulness", is known where
// the run has recorded it, and gives the steps that have it.
func (h History) Series(name string) (steps, values []float64, ok bool) {
	if index, found := fieldByName(reflect.TypeFor[Event](), name); found {
		steps, values = columns(h.Steps, index)
		return steps, values, true
	}
	if index, found := fieldByName(reflect.TypeFor[Evaluation](), name); found {
		steps, values = columns(h.Evaluations, index)
		return steps, values, true
	}
	if steps, values, ok := objectiveSeries(h.Steps, "", name); ok {
		return steps, values, ok
	}
	return objectiveSeries(h.Evaluations, evaluationPrefix, name)
}

// fieldByName finds the field of a row by its name in JSON.
func fieldByName(kind reflect.Type, name string) (index int, found bool) {
	for _, f := range figureFields(kind) {
		if f.name == name {
			return f.index, true
		}
	}
	return 0, false
}

// columns gives the steps of the rows and the field at index.
func columns[R row](rows []R, index int) (steps, values []float64) {
	steps, values = make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		steps[i], values[i] = float64(r.step()), asFloat(reflect.ValueOf(r).Field(index))
	}
	return steps, values
}
