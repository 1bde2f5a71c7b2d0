package schedule

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
)

// objectivesOf lists the objectives of a training set: a pairs of "a", then b of "b", then c of "c".
func objectivesOf(a, b, c int) []string {
	return slices.Concat(slices.Repeat([]string{"a"}, a), slices.Repeat([]string{"b"}, b), slices.Repeat([]string{"c"}, c))
}

func mixOf(by string, weights ...float64) *dataset.Mix {
	mix := &dataset.Mix{By: by}
	for i, weight := range weights {
		mix.Objectives = append(mix.Objectives, dataset.Objective{Name: string(rune('a' + i)), Data: "x", Weight: weight})
	}
	return mix
}

// After each step an objective has had its share of all pairs, to within one pair, and each of its pairs as often as any
// other, to within once.
func TestSamplingDrawsInProportion(t *testing.T) {
	c := config.Default()
	c.MaxSteps, c.BatchSize = 200, 8
	for _, weights := range [][]float64{{0.5, 0.3, 0.2}, {5, 3, 2}, {1, 0, 0}, {0.98, 0.01, 0.01}, {1, 1, 1}} {
		objectives := objectivesOf(80, 7, 33)
		mix := mixOf(dataset.MixSampling, weights...)
		m, err := newMixture(c, mix, objectives)
		if err != nil {
			t.Fatal(err)
		}
		s := Schedule{order: newOrder(c, len(objectives)), mixture: m}
		had, times := map[string]int{}, make([]int, len(objectives))
		for step := range c.MaxSteps {
			pairs := s.Step(step)
			if len(pairs) != 8 {
				t.Fatalf("step %d has %d pairs", step, len(pairs))
			}
			for _, pair := range pairs {
				had[objectives[pair]]++
				times[pair]++
			}
			for _, o := range mix.Objectives {
				if due := mix.Share(o.Name) * float64(8*(step+1)); math.Abs(due-float64(had[o.Name])) > 1 {
					t.Fatalf("weights %v: after step %d %s has had %d pairs, its share is %g", weights, step, o.Name, had[o.Name], due)
				}
			}
		}
		for _, name := range []string{"a", "b", "c"} {
			first, last := slices.Index(objectives, name), len(objectives)-1
			for objectives[last] != name {
				last--
			}
			if each := times[first : last+1]; slices.Max(each)-slices.Min(each) > 1 {
				t.Errorf("weights %v: the pairs of %s were drawn %v times", weights, name, each)
			}
		}
	}
}

func TestSamplingFollowsTheSeed(t *testing.T) {
	c := config.Default()
	draws := func(c config.Config) []int {
		m, err := newMixture(c, mixOf(dataset.MixSampling, 2, 1, 1), objectivesOf(30, 20, 10))
		if err != nil {
			t.Fatal(err)
		}
		return m.draws
	}
	first := draws(c)
	if !slices.Equal(first, draws(c)) {
		t.Error("the same seed draws other pairs")
	}
	longer := c
	longer.MaxSteps *= 2
	if !slices.Equal(first, draws(longer)[:len(first)]) {
		t.Error("a longer run begins with other pairs")
	}
	other, plain := c, c
	other.Seed++
	plain.Shuffle = false
	if slices.Equal(first, draws(other)) {
		t.Error("another seed draws the same pairs")
	}
	// With shares of 1/2, 1/4 and 1/4 the first four places are a, then b and c (both a quarter behind after one place,
	// three quarters after two) and a again; without shuffling each begins with its first pair.
	if got := draws(plain)[:4]; !slices.Equal(got, []int{0, 30, 50, 1}) {
		t.Errorf("without shuffling the first pairs are %v", got)
	}
}

// In the loss an objective's weights sum to its share of all pairs: 40 pairs, of which a has 30 and b 10, in the shares
// 0.2 and 0.8 have 0.2·40/30 and 0.8·40/10 each.
func TestWeightsInTheLoss(t *testing.T) {
	m, err := newMixture(config.Default(), mixOf(dataset.MixLoss, 1, 4), objectivesOf(30, 10, 0))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := m.weight(0), m.weight(39); math.Abs(float64(a)-0.2*40/30) > 1e-6 || math.Abs(float64(b)-3.2) > 1e-6 {
		t.Errorf("weights %g and %g", a, b)
	}
	if m.draws != nil {
		t.Error("pairs are drawn too")
	}
	if w := (*mixture)(nil).weight(3); w != 1 {
		t.Errorf("without a mix a pair weighs %g", w)
	}
	if _, err := newMixture(config.Default(), mixOf(dataset.MixLoss, 1, 1), objectivesOf(5, 0, 0)); err == nil || !strings.Contains(err.Error(), `"b" of the mix has no training pair`) {
		t.Errorf("an objective without pairs: %v", err)
	}
}
