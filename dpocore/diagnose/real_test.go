package diagnose_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/diagnose"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// quiet is a listener that ignores everything.
type quiet struct{}

func (quiet) Phase(string)                 {}
func (quiet) Note(string)                  {}
func (quiet) Begin(train.Begin)            {}
func (quiet) Step(metrics.Event)           {}
func (quiet) Evaluating(int, int)          {}
func (quiet) Evaluated(metrics.Evaluation) {}
func (quiet) Sampled(int, []train.Answer)  {}
func (quiet) Saved(int, string)            {}
func (quiet) Finished(train.Finish)        {}

// Training runs of the tiny model with deliberate faults, each with the rules that must report it and those that must not.
func TestRealRuns(t *testing.T) {
	cachetest.Own(t)
	model, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { model.Close() })
	dir := t.TempDir()
	for _, test := range []struct {
		name             string
		fault            func(*config.Config, *dataset.Data)
		reported, silent []string
	}{
		{"healthy", func(*config.Config, *dataset.Data) {}, nil,
			[]string{"not learning", "diverged", "labels swapped", "reference mismatch", "gradient clipped", "steps skipped", "chosen falling", "train and held-out parting", "nothing held out"}},
		{"learning rate far too low", func(c *config.Config, _ *dataset.Data) { c.LearningRate = 1e-8 }, []string{"not learning"}, []string{"labels swapped", "diverged"}},
		{"low learning rate and small beta", func(c *config.Config, _ *dataset.Data) { c.LearningRate, c.Beta = 1e-7, 0.01 }, []string{"not learning"}, []string{"diverged"}},
		{"flipped labels", func(_ *config.Config, d *dataset.Data) { flip(d.Train) }, []string{"labels swapped"}, []string{"not learning", "no better than the base"}},
		{"flipped held-out labels", func(_ *config.Config, d *dataset.Data) { flip(d.HeldOut) }, []string{"labels swapped"}, []string{"not learning"}},
		{"learning rate far too high on contradictory pairs", func(c *config.Config, d *dataset.Data) {
			half := preference.Set{Pairs: d.Train.Pairs[:len(d.Train.Pairs)/2]}
			flip(&half)
			c.LearningRate, c.Beta, c.Scheduler = 0.3, 2, "constant"
		}, []string{"diverged"}, []string{"not learning"}},
		{"low clipping limit", func(c *config.Config, _ *dataset.Data) { c.MaxGradNorm = 0.01 }, []string{"gradient clipped"}, []string{"diverged"}},
		{"initial adapter", func(c *config.Config, _ *dataset.Data) { c.InitAdapter = filepath.Join(dir, "healthy") }, nil, []string{"reference mismatch", "diverged"}},
		{"a few pairs many times", func(c *config.Config, d *dataset.Data) {
			d.Train.Pairs = d.Train.Pairs[:4]
			c.LearningRate = 1e-2
		}, []string{"train and held-out parting"}, []string{"not learning"}},
		{"length alone", byLength, []string{"length alone"}, []string{"not learning", "labels swapped"}},
		{"uninformative pairs", noise, []string{"no better than the base"}, []string{"labels swapped", "nothing held out"}},
		{"none held out", func(_ *config.Config, d *dataset.Data) { d.HeldOut = nil }, []string{"nothing held out"}, []string{"no better than the base", "not learning"}},
		{"three steps", func(c *config.Config, _ *dataset.Data) { c.MaxSteps = 3 }, []string{"too short"}, []string{"not learning"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, data := shortRun()
			test.fault(&c, &data)
			folder := filepath.Join(dir, test.name)
			if err := train.Run(context.Background(), train.Job{Model: model, Dir: folder, Config: c, Data: data, Listener: quiet{}}); err != nil {
				t.Fatal(err)
			}
			r, err := diagnose.Read(folder)
			if err != nil {
				t.Fatal(err)
			}
			d := r.Diagnose()
			for want, rules := range map[bool][]string{true: test.reported, false: test.silent} {
				for _, rule := range rules {
					finding, ok := d.Find(rule)
					if ok = ok && finding.Mark != diagnose.Good; ok != want {
						t.Errorf("%s: reported is %v, want %v\n%s", rule, ok, want, d)
					}
				}
			}
			t.Log(d)
		})
	}
}

// shortRun returns a run that learns: chosen answers consist of four to nine good words, rejected ones of bad words.
func shortRun() (config.Config, dataset.Data) {
	c := config.Default()
	c.MaxSteps, c.BatchSize, c.WarmupSteps, c.LearningRate, c.LoRARank, c.LoRAAlpha = 16, 8, 1, 3e-3, 4, 8
	c.EvalSteps, c.SaveSteps, c.MaxGradNorm = 8, 0, 5
	random := rand.New(rand.NewPCG(1, 0))
	data := dataset.Data{Train: &preference.Set{Source: "made"}, HeldOut: &preference.Set{Source: "made"}}
	for i := range 96 {
		set := data.Train
		if i >= 64 {
			set = data.HeldOut
		}
		set.Pairs = append(set.Pairs, newPair(i, sample(random, good, 4+random.IntN(6)), sample(random, bad, 4+random.IntN(6))))
	}
	return c, data
}

var good, bad = []string{"gladly", "clear", "thanks", "helpful", "calm"}, []string{"whatever", "boring", "rude", "no", "ugly"}

// sample draws words from a list.
func sample(random *rand.Rand, words []string, count int) string {
	var list []string
	for range count {
		list = append(list, words[random.IntN(len(words))])
	}
	return strings.Join(list, " ")
}

// newPair returns pair i with these answers.
func newPair(i int, chosen, rejected string) preference.Pair {
	return preference.Pair{Prompt: []preference.Turn{{Role: "user", Content: fmt.Sprintf("Question %d?", i)}},
		Chosen: chosen, Rejected: rejected, Source: "made", Line: i, Weight: 1}
}

// byLength makes all answers from the same words. The chosen one is three times as long, except in a fifth of the held-out
// pairs, where it is a third as long.
func byLength(_ *config.Config, d *dataset.Data) {
	random := rand.New(rand.NewPCG(2, 0))
	for _, set := range []*preference.Set{d.Train, d.HeldOut} {
		for i := range set.Pairs {
			long, short := sample(random, good, 12), sample(random, good, 4)
			if set == d.HeldOut && i%5 == 0 {
				long, short = short, long
			}
			set.Pairs[i] = newPair(i, long, short)
		}
	}
}

// noise draws both answers from the same words.
func noise(_ *config.Config, d *dataset.Data) {
	random := rand.New(rand.NewPCG(3, 0))
	for _, set := range []*preference.Set{d.Train, d.HeldOut} {
		for i := range set.Pairs {
			set.Pairs[i] = newPair(i, sample(random, good, 6), sample(random, good, 6))
		}
	}
}

// flip swaps chosen and rejected.
func flip(set *preference.Set) {
	for i := range set.Pairs {
		set.Pairs[i].Chosen, set.Pairs[i].Rejected = set.Pairs[i].Rejected, set.Pairs[i].Chosen
	}
}

func TestReadRequiresRun(t *testing.T) {
	if _, err := diagnose.Read(t.TempDir()); err == nil {
		t.Error("an empty folder was diagnosed")
	}
}
