package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
)

// Grid is a grid of runs: every combination of the values of its axes. All other settings are the same for all runs, as are
// the order of the pairs and the initial adapter. An axis without values has the value of Config, and is not part of the
// runs' names.
type Grid struct {
	Config        config.Config `json:"config"`
	Betas         []float64     `json:"betas,omitempty"`
	LearningRates []float64     `json:"learning_rates,omitempty"`
	Ranks         []int         `json:"ranks,omitempty"` // alpha does not change with the rank
	LossTypes     []string      `json:"loss_types,omitempty"`
}

// Point is a run of a grid. Name is also the name of its folder.
type Point struct {
	Name   string
	Config config.Config
}

// Points returns the points of the grid, ordered so that runs which can share compiled graphs follow each other: beta and
// then the learning rate vary fastest, since they are inputs of the graphs; then the loss, then the rank.
func (g Grid) Points() []Point {
	var points []Point
	for _, rank := range valuesOr(g.Ranks, g.Config.LoRARank) {
		for _, lossType := range valuesOr(g.LossTypes, g.Config.LossType) {
			for _, rate := range valuesOr(g.LearningRates, g.Config.LearningRate) {
				for _, beta := range valuesOr(g.Betas, g.Config.Beta) {
					c := g.Config
					c.LoRARank, c.LossType, c.LearningRate, c.Beta = rank, lossType, rate, beta
					points = append(points, Point{Name: g.name(c), Config: c})
				}
			}
		}
	}
	return points
}

// valuesOr returns the values of an axis, or the fixed value if it has none.
func valuesOr[T any](axis []T, fixed T) []T {
	if len(axis) == 0 {
		return []T{fixed}
	}
	return axis
}

// name is the name of a point from its values on the axes, such as "beta-0.1,rank-8".
func (g Grid) name(c config.Config) string {
	var parts []string
	for _, axis := range []struct {
		varies bool
		part   string
	}{
		{len(g.Betas) > 0, fmt.Sprintf("beta-%g", c.Beta)},
		{len(g.LearningRates) > 0, fmt.Sprintf("lr-%g", c.LearningRate)},
		{len(g.Ranks) > 0, fmt.Sprintf("rank-%d", c.LoRARank)},
		{len(g.LossTypes) > 0, "loss-" + c.LossType},
	} {
		if axis.varies {
			parts = append(parts, axis.part)
		}
	}
	return strings.Join(parts, ",")
}

// Validate returns every invalid setting of the grid and its runs.
func (g Grid) Validate() error {
	if len(g.Betas)+len(g.LearningRates)+len(g.Ranks)+len(g.LossTypes) == 0 {
		return errors.New("the sweep has no axis; give several values of beta, the learning rate, the rank or the loss type")
	}
	seen := map[string]bool{}
	var faults []error
	for _, point := range g.Points() {
		if seen[point.Name] {
			return fmt.Errorf("the sweep has %s twice; give each value once", point.Name)
		}
		seen[point.Name] = true
		if err := point.Config.Validate(); err != nil && !slices.ContainsFunc(faults, func(known error) bool { return known.Error() == err.Error() }) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
