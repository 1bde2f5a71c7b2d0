package metrics

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Objective is what the pairs of one objective showed, in a step or an evaluation
// of a run that mixes several. Means are over these pairs. In JSON its figures
// stand beside the row's, each under the total's name, a slash and the objective's:
// "rewards/accuracies/helpfulness", "eval_loss/helpfulness". A step without a pair
// of the objective has none of them.
type Objective struct {
	Name              string  `json:"-"`
	Pairs             int     `json:"pairs"` // so many of the row's
	Loss              float64 `json:"loss"`
	RewardsAccuracies float64 `json:"rewards/accuracies"`
	RewardsMargins    float64 `json:"rewards/margins"`
}

// evaluationPrefix stands before the names of held-out figures.
const evaluationPrefix = "eval_"

// objectiveFields are the fields of an Objective that are figures.
var objectiveFields = figureFields(reflect.TypeFor[Objective]())

// appendObjectives appends the figures of objectives to a row's JSON, in the order
// of their names.
func appendObjectives(out []byte, prefix string, list []Objective) []byte {
	for _, o := range byName(list) {
		value := reflect.ValueOf(o)
		for _, f := range objectiveFields {
			out = append(out, ", "...)
			out = appendField(out, prefix+f.name+"/"+o.Name, value.Field(f.index))
		}
	}
	return out
}

func byName(list []Objective) []Objective {
	return slices.SortedFunc(slices.Values(list), func(a, b Objective) int { return cmp.Compare(a.Name, b.Name) })
}

// decodeObjectives finds the figures of objectives among a row's keys.
func decodeObjectives(raw map[string]json.RawMessage, prefix string) ([]Objective, error) {
	found := map[string]bool{}
	for key := range raw {
		if _, name, ok := objectiveKey(key, prefix); ok {
			found[name] = true
		}
	}
	var list []Objective
	for name := range found {
		o := Objective{Name: name}
		value := reflect.ValueOf(&o).Elem()
		for _, f := range objectiveFields {
			key := prefix + f.name + "/" + name
			if err := decodeField(raw[key], value.Field(f.index)); err != nil {
				return nil, fmt.Errorf("field %q: %w", key, err)
			}
		}
		list = append(list, o)
	}
	return byName(list), nil
}

// objectiveKey takes "eval_rewards/accuracies/helpfulness" apart: the index of the
// field of an Objective, and the objective's name.
func objectiveKey(key, prefix string) (field int, name string, ok bool) {
	for _, f := range objectiveFields {
		if name, ok := strings.CutPrefix(key, prefix+f.name+"/"); ok && name != "" {
			return f.index, name, true
		}
	}
	return 0, "", false
}

// Objectives lists the objectives that a run recorded, in the order of their names;
// a run that mixes none has none.
func (h History) Objectives() []string {
	found := map[string]bool{}
	for _, e := range h.Steps {
		for _, o := range e.Objectives {
			found[o.Name] = true
		}
	}
	for _, e := range h.Evaluations {
		for _, o := range e.Objectives {
			found[o.Name] = true
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// objectiveSeries gives a figure of one objective over the rows that have it.
func objectiveSeries[R row](rows []R, prefix, key string) (steps, values []float64, ok bool) {
	field, name, ok := objectiveKey(key, prefix)
	if !ok {
		return nil, nil, false
	}
	for _, r := range rows {
		for _, o := range r.objectives() {
			if o.Name == name {
				steps = append(steps, float64(r.step()))
				values = append(values, asFloat(reflect.ValueOf(o).Field(field)))
			}
		}
	}
	return steps, values, len(steps) > 0
}
