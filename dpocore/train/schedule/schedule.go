// Package schedule decides which pairs each step of a run trains on, and how much each of them counts: in the order of
// epochs, or as a mix of objectives says.
//
// Start with [New] and [Schedule.Step].
package schedule

import (
	"slices"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
)

// Schedule is the pairs of every step of a run. It follows from the settings alone, so that a resumed run continues with
// the same pairs.
type Schedule struct {
	order   order
	mixture *mixture  // nil for a single objective
	weights []float64 // of the pairs' losses, 1 on average for each objective of a mix; nil if all are 1
}

// Pairs is what a schedule knows about the training pairs.
type Pairs struct {
	Count      int
	Objectives []string  // of each pair; only used with a mix
	Weights    []float64 // of each pair's loss; nil if they are equal
}

// New plans the steps of a run on pairs. The mix may be nil.
func New(c config.Config, pairs Pairs, mix *dataset.Mix) (*Schedule, error) {
	s := &Schedule{order: newOrder(c, pairs.Count)}
	if mix == nil {
		s.weights = normalize(pairs.Weights, make([]string, pairs.Count))
		return s, nil
	}
	if err := mix.Validate(); err != nil {
		return nil, err
	}
	var err error
	s.mixture, err = newMixture(c, mix, pairs.Objectives)
	s.weights = normalize(pairs.Weights, pairs.Objectives)
	return s, err
}

// normalize divides weights by their mean over the pairs of the same objective, so that they change neither the size of a
// step nor an objective's share.
func normalize(weights []float64, objectives []string) []float64 {
	sums, counts := map[string]float64{}, map[string]float64{}
	for i, weight := range weights {
		sums[objectives[i]] += weight
		counts[objectives[i]]++
	}
	list := slices.Clone(weights)
	for i := range list {
		list[i] /= sums[objectives[i]] / counts[objectives[i]]
	}
	return list
}

// Step lists the training pairs of a step, counted from 0.
func (s *Schedule) Step(step int) []int {
	if draws := s.draws(); draws != nil {
		return draws[step*s.order.perStep : (step+1)*s.order.perStep]
	}
	return s.order.step(step)
}

// PairsBefore is the number of pairs in all steps before this one.
func (s *Schedule) PairsBefore(step int) int {
	if s.draws() != nil {
		return step * s.order.perStep
	}
	return s.order.pairsBefore(step)
}

// draws are the pairs of all steps if a mix draws them; nil if they come in the order of epochs.
func (s *Schedule) draws() []int {
	if s.mixture == nil {
		return nil
	}
	return s.mixture.draws
}

// Epoch is the number of passes over the training pairs after a number of steps.
func (s *Schedule) Epoch(steps int) float64 {
	return float64(s.PairsBefore(steps)) / float64(s.order.pairs)
}

// StepsPerEpoch includes the last, smaller step of an epoch.
func (s *Schedule) StepsPerEpoch() int { return s.order.stepsPerEpoch() }

// Weight is how much a training pair's loss counts in a mean over pairs; 1 unless pairs have weights or objectives are mixed
// in the loss.
func (s *Schedule) Weight(pair int) float32 {
	weight := s.mixture.weight(pair)
	if s.weights != nil {
		weight *= float32(s.weights[pair])
	}
	return weight
}
