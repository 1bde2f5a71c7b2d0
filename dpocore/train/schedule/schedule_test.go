package schedule

import (
	"math"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
)

// TestWeightsOfPairs: a pair's weight counts relative to the mean of its objective. Weights 1, 3 and 2 have the mean 2. In a
// mix where a and b have equal shares of 3 pairs, a's two pairs have 0.5·3/2 each, times 1/2 and 3/2; b's only pair has 0.5·3/1.
func TestWeightsOfPairs(t *testing.T) {
	pairs := Pairs{Count: 3, Objectives: objectivesOf(2, 1, 0), Weights: []float64{1, 3, 2}}
	for _, c := range []struct {
		mix     *dataset.Mix
		weights []float64
		want    []float64
	}{
		{nil, nil, []float64{1, 1, 1}},
		{nil, pairs.Weights, []float64{0.5, 1.5, 1}},
		{mixOf(dataset.MixSampling, 1, 1), pairs.Weights, []float64{0.5, 1.5, 1}},
		{mixOf(dataset.MixLoss, 1, 1), pairs.Weights, []float64{0.375, 1.125, 1.5}},
	} {
		pairs.Weights = c.weights
		s, err := New(config.Default(), pairs, c.mix)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if got := s.Weight(i); math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("mix %v, weights %v: pair %d has %g, want %g", c.mix, c.weights, i, got, want)
			}
		}
	}
}
