package metrics

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Objective holds the metrics of one objective's pairs, in a step or an evaluation of a run that mixes several objectives.
// Means are over these pairs. In JSON the metrics follow those of the whole row, each named after the total, a slash and
// the objective: "rewards/accuracies/helpfulness", "eval_loss/helpfulness". A step without a pair of the objective has none.
type Objective struct {
	Name              string
	Pairs             int // number of the row's pairs
	Loss              float64
	RewardsAccuracies float64
	RewardsMargins    float64
}

// fields lists the objective's metrics in file order.
func (o *Objective) fields() []field {
	return []field{
		{"pairs", (*integer)(&o.Pairs)},
		{"loss", (*Figure)(&o.Loss)},
		{"rewards/accuracies", (*Figure)(&o.RewardsAccuracies)},
		{"rewards/margins", (*Figure)(&o.RewardsMargins)},
	}
}

// byName returns the objectives sorted by name.
func byName(list []Objective) []Objective {
	return slices.SortedFunc(slices.Values(list), func(a, b Objective) int { return cmp.Compare(a.Name, b.Name) })
}

// decodeObjectives reads the metrics of objectives from a row's keys.
func decodeObjectives(raw map[string]json.RawMessage, prefix string) ([]Objective, error) {
	names := map[string]bool{}
	for key := range raw {
		if _, name, ok := cutObjective(key, prefix); ok {
			names[name] = true
		}
	}
	var list []Objective
	for _, name := range slices.Sorted(maps.Keys(names)) {
		o := Objective{Name: name}
		if err := decodeFields(raw, o.fields(), prefix, "/"+name); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

// cutObjective splits "eval_rewards/accuracies/helpfulness" into the metric "rewards/accuracies" and the objective's name.
func cutObjective(key, prefix string) (metric, name string, ok bool) {
	for _, f := range new(Objective).fields() {
		if name, ok := strings.CutPrefix(key, prefix+f.name+"/"); ok && name != "" {
			return f.name, name, true
		}
	}
	return "", "", false
}

// Objectives lists the names of the objectives that a run recorded, sorted. It is empty for a run without a mix.
func (h History) Objectives() []string {
	names := map[string]bool{}
	for _, e := range h.Steps {
		for _, o := range e.Objectives {
			names[o.Name] = true
		}
	}
	for _, e := range h.Evaluations {
		for _, o := range e.Objectives {
			names[o.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// objectiveSeries returns one objective's metric over the rows that have it.
func objectiveSeries[R any, P rowOf[R]](rows []R, key string) (steps, values []float64, ok bool) {
	metric, name, ok := cutObjective(key, P(new(R)).prefix())
	if !ok {
		return nil, nil, false
	}
	for i := range rows {
		r := P(&rows[i])
		for _, o := range *r.objectives() {
			if o.Name == name {
				value, _ := find(o.fields(), metric)
				steps, values = append(steps, float64(r.step())), append(values, value.float())
			}
		}
	}
	return steps, values, len(steps) > 0
}
