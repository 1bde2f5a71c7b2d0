package statistics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const trials = 2000

// TestIntervalsCover simulates evaluations whose true figure is known: 95 % intervals must hold it in 93–97 % of 2,000.
// By chance alone the count of a true 95 % stays within 94–96 % (two standard errors of 0.5 %).
func TestIntervalsCover(t *testing.T) {
	for _, test := range []struct {
		name    string
		prompts int
		each    int     // pairs a prompt
		truth   float64 // accuracy
		alike   float64 // how much a prompt's pairs hang together, from 0
	}{
		{"60 pairs, as the built-in ones, a coin toss", 60, 1, 0.5, 0},
		{"60 pairs, 80 %", 60, 1, 0.8, 0},
		{"25 pairs, 70 %", 25, 1, 0.7, 0},
		{"200 pairs, 60 %", 200, 1, 0.6, 0},
		{"200 pairs, 95 %", 200, 1, 0.95, 0},
		{"40 prompts with six pairs each, 75 %", 40, 6, 0.75, 0.3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(7, uint64(test.prompts*test.each)))
			covered := 0
			for range trials {
				groups, right := simulated(random, test.prompts, test.each, test.truth, test.alike)
				if e := Share(groups, right); e.Low <= test.truth && test.truth <= e.High {
					covered++
				}
			}
			within(t, covered)
		})
	}
}

// simulated draws pairs that are right with a chance that differs from prompt to prompt: 1 for a share of the prompts,
// 0 for others, so that a prompt's pairs hang together, and the truth for the rest.
func simulated(random *rand.Rand, prompts, each int, truth, alike float64) (groups []int, right []bool) {
	for prompt := range prompts {
		chance := truth
		if random.Float64() < alike {
			chance = 0
			if random.Float64() < truth {
				chance = 1
			}
		}
		for range each {
			groups, right = append(groups, prompt), append(right, random.Float64() < chance)
		}
	}
	return groups, right
}

// The mean of a lopsided figure: a gamma-like sum of two exponentials, true mean 2.
func TestMeansCover(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 0))
	covered := 0
	for range trials {
		groups, values := make([]int, 80), make([]float64, 80)
		for i := range values {
			groups[i], values[i] = i, random.ExpFloat64()+random.ExpFloat64()
		}
		if e := Mean(groups, values); e.Low <= 2 && 2 <= e.High {
			covered++
		}
	}
	within(t, covered)
}

// The difference of two runs of which each alone ranks some pairs right. Where that is so for next to none of the pairs,
// no interval can be exact, and this one is too wide rather than too narrow.
func TestDifferencesCover(t *testing.T) {
	for _, test := range []struct {
		pairs int
		only  [2]float64 // chance that only the first, only the second is right
		rare  bool
	}{
		{60, [2]float64{0.15, 0.15}, false},
		{60, [2]float64{0.2, 0.05}, false},
		{60, [2]float64{0.1, 0.1}, false},
		{200, [2]float64{0.08, 0.04}, false},
		{60, [2]float64{0.04, 0.01}, true},
		{60, [2]float64{0.02, 0}, true},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(10, uint64(test.pairs)))
			truth, covered := test.only[0]-test.only[1], 0
			for range trials {
				groups, first, second := make([]int, test.pairs), make([]bool, test.pairs), make([]bool, test.pairs)
				for i := range groups {
					groups[i] = i
					drawn := random.Float64()
					first[i] = drawn < test.only[0]
					second[i] = !first[i] && drawn < test.only[0]+test.only[1]
				}
				if e := Compare(groups, first, second).Accuracy; e.Low <= truth && truth <= e.High {
					covered++
				}
			}
			if test.rare && covered > 93*trials/100 {
				return
			}
			within(t, covered)
		})
	}
}

// Had pairs of one prompt been taken for independent ones, the interval would hold the truth too seldom.
func TestPairsOfAPromptAreNotIndependent(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 0))
	covered := 0
	for range 400 {
		_, right := simulated(random, 40, 6, 0.75, 0.3)
		each := make([]int, len(right))
		for i := range each {
			each[i] = i
		}
		if e := Share(each, right); e.Low <= 0.75 && 0.75 <= e.High {
			covered++
		}
	}
	if share := float64(covered) / 400; share > 0.92 {
		t.Errorf("pairs taken for independent cover %.3f: the simulation has no dependence to see", share)
	}
}

func within(t *testing.T, covered int) {
	t.Helper()
	share := float64(covered) / trials
	t.Logf("covered %.4f", share)
	if share < 0.93 || share > 0.97 || math.IsNaN(share) {
		t.Errorf("95 %% intervals hold the truth in %.2f %% of %d trials", 100*share, trials)
	}
}
