package statistics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const trials = 2000

// TestIntervalsCover simulates evaluations with a known true accuracy: the 95 % intervals must contain it in 93–97 % of 2,000
// trials. With an exact interval the observed coverage would be within 94–96 % (two standard errors of 0.5 %).
func TestIntervalsCover(t *testing.T) {
	for _, test := range []struct {
		name    string
		prompts int
		each    int     // pairs per prompt
		truth   float64 // accuracy
		cluster float64 // share of prompts whose pairs all have the same outcome
	}{
		{"60 pairs, as in the built-in set, 50 %", 60, 1, 0.5, 0},
		{"60 pairs, 80 %", 60, 1, 0.8, 0},
		{"25 pairs, 70 %", 25, 1, 0.7, 0},
		{"200 pairs, 60 %", 200, 1, 0.6, 0},
		{"200 pairs, 95 %", 200, 1, 0.95, 0},
		{"40 prompts with 6 pairs each, 75 %", 40, 6, 0.75, 0.3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(7, uint64(test.prompts*test.each)))
			covered := 0
			for range trials {
				groups, correct := simulate(random, test.prompts, test.each, test.truth, test.cluster)
				if e := Share(groups, correct); e.Low <= test.truth && test.truth <= e.High {
					covered++
				}
			}
			checkCoverage(t, covered)
		})
	}
}

// simulate draws pairs that are correct with a probability that depends on the prompt: 1 or 0 for a share of the prompts, so
// that their pairs are fully correlated, and truth for the rest.
func simulate(random *rand.Rand, prompts, each int, truth, cluster float64) (groups []int, correct []bool) {
	for prompt := range prompts {
		probability := truth
		if random.Float64() < cluster {
			probability = 0
			if random.Float64() < truth {
				probability = 1
			}
		}
		for range each {
			groups, correct = append(groups, prompt), append(correct, random.Float64() < probability)
		}
	}
	return groups, correct
}

// The mean of a skewed variable: the sum of two exponentials, with true mean 2.
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
	checkCoverage(t, covered)
}

// The difference between two runs that each rank some pairs correctly that the other doesn't. If such pairs are very rare,
// no interval can be exact, and this one is too wide rather than too narrow.
func TestDifferencesCover(t *testing.T) {
	for _, test := range []struct {
		pairs int
		only  [2]float64 // probability that only the first, only the second run is correct
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
			checkCoverage(t, covered)
		})
	}
}

// If pairs of the same prompt were treated as independent, the interval would contain the truth too rarely.
func TestPairsOfAPromptAreNotIndependent(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 0))
	covered := 0
	for range 400 {
		_, correct := simulate(random, 40, 6, 0.75, 0.3)
		each := make([]int, len(correct))
		for i := range each {
			each[i] = i
		}
		if e := Share(each, correct); e.Low <= 0.75 && 0.75 <= e.High {
			covered++
		}
	}
	if share := float64(covered) / 400; share > 0.92 {
		t.Errorf("the coverage with pairs treated as independent is %.3f: the simulated pairs are not correlated enough", share)
	}
}

func checkCoverage(t *testing.T, covered int) {
	t.Helper()
	share := float64(covered) / trials
	t.Logf("coverage %.4f", share)
	if share < 0.93 || share > 0.97 || math.IsNaN(share) {
		t.Errorf("95 %% intervals contain the truth in %.2f %% of %d trials", 100*share, trials)
	}
}
