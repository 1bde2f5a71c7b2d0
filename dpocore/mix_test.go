package dpocore

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseMix(t *testing.T) {
	for text, want := range map[string][]Objective{
		"helpfulness=0.5,harmlessness=0.3,truthfulness=0.2": {
			{"helpfulness", "helpfulness", 0.5}, {"harmlessness", "harmlessness", 0.3}, {"truthfulness", "truthfulness", 0.2}},
		" helpfulness = 5 , truthfulness=0": {{"helpfulness", "helpfulness", 5}, {"truthfulness", "truthfulness", 0}},
		"hh-rlhf=1,hh-rlhf/helpful-base=2":  {{"hh-rlhf", "hh-rlhf", 1}, {"hh-rlhf/helpful-base", "hh-rlhf/helpful-base", 2}},
		"hh-rlhf:some/folder=1":             {{"hh-rlhf", "hh-rlhf:some/folder", 1}},
		"safe:hh-rlhf:some/folder=1e-1":     {{"safe", "hh-rlhf:some/folder", 0.1}},
		"data/my_pairs.jsonl.gz=1":          {{"my_pairs", "data/my_pairs.jsonl.gz", 1}},
		"polite:data/a=b.jsonl=1":           {{"polite", "data/a=b.jsonl", 1}},
	} {
		mix, err := ParseMix(text)
		if err != nil || mix.By != MixSampling || !reflect.DeepEqual(mix.Objectives, want) {
			t.Errorf("%q is read as %+v, %v", text, mix, err)
		}
	}
}

func TestMistakesInAMix(t *testing.T) {
	for text, want := range map[string]string{
		"helpfulness=abc":                   `the weight of "helpfulness" is "abc"; it must be a number such as 0.5`,
		"helpfulness=":                      `the weight of "helpfulness" is ""`,
		"helpfulness=1,truthfulness=-0.5":   `the weight of "truthfulness" is -0.5; it must be a number from 0 up`,
		"helpfulness=NaN":                   `the weight of "helpfulness" is NaN`,
		"helpfulness=Inf":                   `the weight of "helpfulness" is +Inf`,
		"helpfulness=1e308,b:builtin=1e308": `the weights sum to +Inf`,
		"helpfulness=0,truthfulness=0":      `the weights sum to 0`,
		"helpfulness=1,helpfulness=2":       `"helpfulness" is named twice; give one of them another name, as in other:helpfulness=2`,
		"helpfulness=1,truthfulness":        `the part "truthfulness" has no weight; write it as in helpfulness=0.5`,
		"helpfulness=1,":                    `the part "" has no weight`,
		"=1":                                `the part "=1" has no data`,
		"a b:builtin=1":                     `an objective can't be named "a b"`,
		"polite:=1":                         `the objective "polite" has no data; write it as in polite:FILE=1`,
	} {
		if _, err := ParseMix(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"kindness=1":                    `the objective "kindness" of the mix: there is no file or source "kindness", and no such objective of the built-in pairs (helpfulness, harmlessness, truthfulness)`,
		"helpfulnes=1":                  `did you mean helpfulness?`,
		"missing.jsonl=1,helpfulness=1": `the objective "missing" of the mix: missing.jsonl: there is no such file`,
	} {
		if _, err := LoadData(text, "", 0, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestIsMix(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("lr=1.jsonl", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"builtin": false, "helpfulness": false, "my.jsonl": false, "lr=1.jsonl": false,
		"shp,ratio=3": false, "shp,ratio=3,pairs=1": false, "hh-rlhf:folder": false,
		"helpfulness=1": true, "helpfulness=abc": true, "hh-rlhf=1,shp=2": true, "hh-rlhf:folder=1,shp=2": true, "lr=2.jsonl": true,
	} {
		if got := IsMix(name); got != want {
			t.Errorf("%q is a mix: %v, want %v", name, got, want)
		}
	}
}

func TestDataOfAMix(t *testing.T) {
	own := filepath.Join(t.TempDir(), "mine.jsonl")
	if err := os.WriteFile(own, transcripts(20), 0o600); err != nil {
		t.Fatal(err)
	}
	count := func(data Data) string {
		counts := map[string][2]int{}
		for _, pair := range data.Train.Pairs {
			counts[pair.Objective] = [2]int{counts[pair.Objective][0] + 1, counts[pair.Objective][1]}
		}
		if data.HeldOut != nil {
			for _, pair := range data.HeldOut.Pairs {
				counts[pair.Objective] = [2]int{counts[pair.Objective][0], counts[pair.Objective][1] + 1}
			}
		}
		return fmt.Sprint(counts)
	}
	for _, c := range []struct {
		name, eval string
		fraction   float64
		want       string // pairs of each objective to train on and held out
	}{
		{"helpfulness=0.5,truthfulness=0.5", "", 0, "map[helpfulness:[80 20] truthfulness:[80 20]]"},
		{"helpfulness=1,truthfulness=0", "", 0, "map[helpfulness:[80 20] truthfulness:[0 20]]"},
		{"helpfulness=1,polite:" + own + "=1", "", 0, "map[helpfulness:[80 20] polite:[20 0]]"},
		{"helpfulness=1," + own + "=1", "", 0.25, "map[helpfulness:[75 25] mine:[15 5]]"},
		{own + "=1", "truthfulness", 0, "map[mine:[20 0] truthfulness:[0 20]]"},
		{"all:builtin=1", "", 0, "map[all:[240 60]]"},
	} {
		data, err := LoadData(c.name, c.eval, c.fraction, 1)
		if err != nil || data.Mix == nil || count(data) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, count(data), err, c.want)
		}
	}
	if data, err := LoadData("helpfulness", "", 0, 1); err != nil || data.Mix != nil || count(data) != "map[helpfulness:[80 20]]" {
		t.Errorf("an objective by itself: %v", err)
	}
}

// aimsOf is a training set of so many pairs of a, then of b, then of c.
func aimsOf(a, b, c int) []string {
	return slices.Concat(slices.Repeat([]string{"a"}, a), slices.Repeat([]string{"b"}, b), slices.Repeat([]string{"c"}, c))
}

func mixOf(by string, weights ...float64) *Mix {
	mix := &Mix{By: by}
	for i, weight := range weights {
		mix.Objectives = append(mix.Objectives, Objective{Name: string(rune('a' + i)), Data: "x", Weight: weight})
	}
	return mix
}

// After each step an objective has had its share of all pairs, to within one pair, and each of its pairs as often as any
// other, to within once.
func TestSamplingDrawsInProportion(t *testing.T) {
	c := DefaultConfig()
	c.MaxSteps, c.BatchSize = 200, 8
	for _, weights := range [][]float64{{0.5, 0.3, 0.2}, {5, 3, 2}, {1, 0, 0}, {0.98, 0.01, 0.01}, {1, 1, 1}} {
		aims := aimsOf(80, 7, 33)
		mix := mixOf(MixSampling, weights...)
		m, err := c.mixture(mix, aims)
		if err != nil {
			t.Fatal(err)
		}
		tr := trainer{mixture: m, config: c}
		had, times := map[string]int{}, make([]int, len(aims))
		for step := range c.MaxSteps {
			pairs := tr.stepPairs(step)
			if len(pairs) != 8 {
				t.Fatalf("step %d has %d pairs", step, len(pairs))
			}
			for _, pair := range pairs {
				had[aims[pair]]++
				times[pair]++
			}
			for _, o := range mix.Objectives {
				if due := mix.Share(o.Name) * float64(8*(step+1)); math.Abs(due-float64(had[o.Name])) > 1 {
					t.Fatalf("weights %v: after step %d %s has had %d pairs, its share is %g", weights, step, o.Name, had[o.Name], due)
				}
			}
		}
		for _, name := range []string{"a", "b", "c"} {
			first, last := slices.Index(aims, name), len(aims)-1
			for aims[last] != name {
				last--
			}
			if own := times[first : last+1]; slices.Max(own)-slices.Min(own) > 1 {
				t.Errorf("weights %v: the pairs of %s were drawn %v times", weights, name, own)
			}
		}
	}
}

func TestSamplingFollowsTheSeed(t *testing.T) {
	c := DefaultConfig()
	draws := func(c Config) []int {
		m, err := c.mixture(mixOf(MixSampling, 2, 1, 1), aimsOf(30, 20, 10))
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
	m, err := DefaultConfig().mixture(mixOf(MixLoss, 1, 4), aimsOf(30, 10, 0))
	if err != nil {
		t.Fatal(err)
	}
	tr := trainer{mixture: m}
	if a, b := tr.lossWeight(0), tr.lossWeight(39); math.Abs(float64(a)-0.2*40/30) > 1e-6 || math.Abs(float64(b)-3.2) > 1e-6 {
		t.Errorf("weights %g and %g", a, b)
	}
	if m.draws != nil {
		t.Error("pairs are drawn too")
	}
	if w := (&trainer{}).lossWeight(3); w != 1 {
		t.Errorf("without a mix a pair weighs %g", w)
	}
	if _, err := DefaultConfig().mixture(mixOf(MixLoss, 1, 1), aimsOf(5, 0, 0)); err == nil || !strings.Contains(err.Error(), `"b" of the mix has no pair`) {
		t.Errorf("an objective without pairs: %v", err)
	}
}
