package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/wording"
)

// Grid is the product of several axes: a run for each combination of their values. Everything else is the same for all
// runs, including the order of the pairs and the adapter's initial values. An axis without values has the one in Config
// and is not part of the runs' names.
type Grid struct {
	Config        config.Config `json:"config"`
	Betas         []float64     `json:"betas,omitempty"`
	LearningRates []float64     `json:"learning_rates,omitempty"`
	Ranks         []int         `json:"ranks,omitempty"` // alpha stays the same
	LossTypes     []string      `json:"loss_types,omitempty"`
}

// Axes returns the grid's axes in the order of the runs' names. Their values point into g.
func (g *Grid) Axes() []Axis {
	return []Axis{
		axis(config.Beta, &g.Betas, "betas", "`values` of beta, such as 0.05,0.1,0.3"),
		axis(config.LearningRate, &g.LearningRates, "learning-rates", "`values` of the peak learning rate"),
		axis(config.LoRARank, &g.Ranks, "ranks", "`values` of the adapter's rank; alpha stays the same"),
		axis(config.LossType, &g.LossTypes, "loss-types", "`losses`, as listed by dpo train --help"),
	}
}

// Point is one run of a grid. Its name is the name of its folder.
type Point struct {
	Name   string
	Config config.Config
}

// Points returns the grid's runs, ordered so that runs that share compiled graphs follow each other: beta and the
// learning rate vary fastest, which are inputs of the graphs; then the loss, and the rank last.
func (g Grid) Points() []Point { return points(g.Config, g.Axes()) }

func points(base config.Config, axes []Axis) []Point {
	nested := slices.Clone(axes)
	slices.SortStableFunc(nested, func(a, b Axis) int { return cmp.Compare(a.rebuilds, b.rebuilds) })
	configs := []config.Config{base}
	for _, axis := range slices.Backward(nested) {
		configs = axis.vary(configs)
	}
	list := make([]Point, len(configs))
	for i, c := range configs {
		list[i] = Point{Name: name(axes, c), Config: c}
	}
	return list
}

// name returns a run's name, such as "beta-0.1,rank-8".
func name(axes []Axis, c config.Config) string {
	var parts []string
	for _, axis := range axes {
		if axis.count() > 0 {
			parts = append(parts, axis.short+"-"+axis.Text(c))
		}
	}
	return strings.Join(parts, ",")
}

// Validate reports a grid without axes, runs that are listed twice, and every setting that is out of range.
func (g Grid) Validate() error {
	if g.Config.InitAdapter != "" && len(g.Ranks) > 0 {
		return fmt.Errorf("all runs would have the rank of the initial adapter %s; give no ranks, or no initial adapter", g.Config.InitAdapter)
	}
	return validate(g.Config, g.Axes())
}

func validate(base config.Config, axes []Axis) error {
	if !slices.ContainsFunc(axes, func(a Axis) bool { return a.count() > 0 }) {
		var labels []string
		for _, axis := range axes {
			labels = append(labels, axis.label)
		}
		return fmt.Errorf("the sweep has no axis; give values of %s", wording.Or(labels))
	}
	names, reported := map[string]bool{}, map[string]bool{}
	var faults []error
	for _, point := range points(base, axes) {
		if names[point.Name] {
			return fmt.Errorf("the sweep has %s twice; give each value once", point.Name)
		}
		names[point.Name] = true
		if err := point.Config.Validate(); err != nil && !reported[err.Error()] {
			reported[err.Error()] = true
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
