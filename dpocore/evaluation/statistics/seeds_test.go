package statistics

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"text/tabwriter"
)

// trained simulates settings that were trained with several seeds. A run ranks a pair right if
// ease + the pair's ease + the seed's luck + noise is above 0; all four are normal, and noise is 1. The pair's ease and the seed's luck are the same for
// all settings, except for a share of the luck.
type trained struct {
	seeds, pairs int
	pair, luck   float64 // standard deviations
	shared       float64 // share of the luck's variance that settings have in common
}

func (s trained) String() string {
	return fmt.Sprintf("%d seeds, %d pairs, luck %g", s.seeds, s.pairs, s.luck)
}

// correct draws which pairs each setting ranks right, [settings][seeds][pairs], given their accuracies over all seeds and pairs.
func (s trained) correct(random *rand.Rand, accuracies ...float64) (groups []int, all [][][]bool) {
	spread := math.Sqrt(1 + s.pair*s.pair + s.luck*s.luck)
	groups, ease, luck := make([]int, s.pairs), make([]float64, s.pairs), make([]float64, s.seeds)
	for i := range ease {
		groups[i], ease[i] = i, s.pair*random.NormFloat64()
	}
	for i := range luck {
		luck[i] = s.luck * math.Sqrt(s.shared) * random.NormFloat64()
	}
	for _, accuracy := range accuracies {
		setting := make([][]bool, s.seeds)
		for seed := range setting {
			level := spread*math.Sqrt2*math.Erfinv(2*accuracy-1) + luck[seed] + s.luck*math.Sqrt(1-s.shared)*random.NormFloat64()
			setting[seed] = make([]bool, s.pairs)
			for i := range ease {
				setting[seed][i] = level+ease[i]+random.NormFloat64() > 0
			}
		}
		all = append(all, setting)
	}
	return groups, all
}

func bySeed(correct [][]bool) [][]float64 {
	values := make([][]float64, len(correct))
	for s, list := range correct {
		values[s] = make([]float64, len(list))
		for i, yes := range list {
			if yes {
				values[s][i] = 1
			}
		}
	}
	return values
}

var simulateAll = flag.Bool("simulate", false, "print the table of docs/sweeps.md, with 2,000 trials for each line (4 minutes)")

// TestSeeds simulates what docs/sweeps.md has in a table: the share of 95 % intervals over seeds and pairs that contain the accuracy
// over all seeds and pairs, how often two equal settings differ significantly, and how often settings do that differ by
// as much as Detectable says is found in 80 %. Without the flag, 200 trials of two lines, whose shares have a standard error of 1.5 points
// (2.8 for what is found).
func TestSeeds(t *testing.T) {
	if !*simulateAll {
		for _, s := range []trained{{3, 60, 1, 0.1, 0.5}, {5, 60, 1, 0.2, 0.5}} {
			if r := s.simulate(200); r.covered < 0.92 || r.covered > 0.995 || r.mistaken > 0.08 || r.found < 0.7 || r.found > 0.95 {
				t.Errorf("%v: %+v", s, r)
			}
		}
		return
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| seeds\t| pairs\t| seeds differ by\t| interval covers\t| equal settings differ\t| difference said to be found\t| found\t|")
	for _, s := range []trained{
		{1, 60, 1, 0, 0.5}, {3, 60, 1, 0, 0.5}, {3, 60, 1, 0.1, 0.5}, {3, 60, 1, 0.2, 0.5}, {3, 200, 1, 0.1, 0.5}, {3, 200, 1, 0.2, 0.5},
		{5, 60, 1, 0.1, 0.5}, {5, 60, 1, 0.2, 0.5}, {5, 200, 1, 0.2, 0.5}, {10, 200, 1, 0.2, 0.5},
	} {
		r := s.simulate(trials)
		fmt.Fprintf(table, "| %d\t| %d\t| %.0f points\t| %.1f %%\t| %.1f %%\t| %.1f points\t| %.0f %%\t|\n", s.seeds, s.pairs, 100*s.spread(), 100*r.covered, 100*r.mistaken, 100*r.detectable, 100*r.found)
	}
	table.Flush()
}

// spread is the standard deviation of the accuracies of seeds around an accuracy of 80 %.
func (s trained) spread() float64 {
	const density = 0.2800 // of the normal distribution at its 80 % quantile
	return density * s.luck / math.Sqrt(1+s.pair*s.pair)
}

type simulated struct{ covered, mistaken, detectable, found float64 }

// simulate compares a setting of 80 % with an equal one and with one that is worse by the mean detectable difference.
func (s trained) simulate(trials int) (r simulated) {
	const truth = 0.8
	random := rand.New(rand.NewPCG(12, uint64(1000*s.seeds+s.pairs)))
	share := 1 / float64(trials)
	for range trials {
		groups, both := s.correct(random, truth, truth)
		if e := ReplicatedRate(groups, bySeed(both[0])); e.Low <= truth && truth <= e.High {
			r.covered += share
		}
		d := CompareSeeds(groups, both[0], both[1])
		if d.P < 0.05 {
			r.mistaken += share
		}
		r.detectable += share * d.Detectable(0.05)
	}
	for range trials {
		groups, both := s.correct(random, truth, truth-r.detectable)
		if CompareSeeds(groups, both[0], both[1]).P < 0.05 {
			r.found += share
		}
	}
	return r
}
