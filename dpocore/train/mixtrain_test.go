package train_test

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// mixedRun is shortRun on a mix of the built-in pairs: ten of each objective, and two held out.
func mixedRun(t testing.TB, mix, by string) (config.Config, dataset.Data) {
	t.Helper()
	c, _ := runtest.Short(t)
	data, err := dataset.Load(mix, "", 0, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	data.Mix.By = by
	for _, side := range []struct {
		set  *preference.Set
		most int
	}{{data.Train, 10}, {data.HeldOut, 2}} {
		counts := map[string]int{}
		side.set.Pairs = slices.DeleteFunc(side.set.Pairs, func(pair preference.Pair) bool {
			counts[pair.Objective]++
			return counts[pair.Objective] > side.most
		})
	}
	return c, data
}

const evenMix = "helpfulness=2,harmlessness=1,truthfulness=1"

// A mix that was stopped resumes to the bytes of one that never stopped, whichever way its weights act.
func TestMixResumesToTheSameBytes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	for _, by := range dataset.MixMethods {
		c, data := mixedRun(t, evenMix, by)
		whole := filepath.Join(t.TempDir(), "whole")
		runtest.Train(t, model, whole, c, data)
		want := runtest.Outcome(t, whole)
		dir := filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		if err := train.Run(ctx, train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
			if e.Step == 4 {
				cancel()
			}
		}}}); err == nil {
			t.Fatal("the run was not stopped")
		}
		runtest.Train(t, model, dir, c, data)
		runtest.EqualOutcome(t, by+", stopped after step 4", runtest.Outcome(t, dir), want)
	}
}

// Events and files have the objectives' figures next to the totals, and they add up to them.
func TestFiguresOfObjectives(t *testing.T) {
	cachetest.Own(t)
	c, data := mixedRun(t, evenMix, dataset.MixSampling)
	c.BatchSize, c.MaxSteps = 8, 3
	dir := filepath.Join(t.TempDir(), "run")
	r := runtest.Train(t, runtest.Model(t), dir, c, data)
	check := func(what string, loss, margin float64, objectives []metrics.Objective, pairs map[string]int) {
		t.Helper()
		sums, all := [2]float64{}, 0.0
		for _, o := range objectives {
			if o.Pairs != pairs[o.Name] {
				t.Errorf("%s has %d pairs of %s, want %d", what, o.Pairs, o.Name, pairs[o.Name])
			}
			n := float64(o.Pairs)
			sums, all = [2]float64{sums[0] + n*o.Loss, sums[1] + n*o.RewardsMargins}, all+n
		}
		if len(objectives) != len(pairs) || math.Abs(sums[0]/all-loss) > 1e-9 || math.Abs(sums[1]/all-margin) > 1e-9 {
			t.Errorf("%s: the objectives %+v don't make up a loss of %g and a margin of %g", what, objectives, loss, margin)
		}
	}
	for _, e := range r.Steps { // 8 pairs in the shares 1/2, 1/4, 1/4
		check("step "+strconv.Itoa(e.Step), e.Loss, e.RewardsMargins, e.Objectives, map[string]int{"helpfulness": 4, "harmlessness": 2, "truthfulness": 2})
	}
	for _, e := range r.Evaluations {
		check("evaluation "+strconv.Itoa(e.Step), e.Loss, e.RewardsMargins, e.Objectives, map[string]int{"helpfulness": 2, "harmlessness": 2, "truthfulness": 2})
	}
	history, err := metrics.ReadHistory(dir)
	if err != nil || len(history.Objectives()) != 3 {
		t.Errorf("on disk there are the objectives %q, %v", history.Objectives(), err)
	}
	if r.Begun.Mix == nil || r.Begun.Mix.String() != "helpfulness 50 %, harmlessness 25 %, truthfulness 25 %, by sampling" {
		t.Errorf("the run begins with the mix %v", r.Begun.Mix)
	}
	var record struct{ Mix *dataset.Mix }
	if err := json.Unmarshal([]byte(runtest.Read(t, filepath.Join(dir, "run.json"))), &record); err != nil || record.Mix == nil || record.Mix.Objectives[0].Weight != 2 {
		t.Errorf("run.json has the mix %v, %v", record.Mix, err)
	}
}

// A mix in the loss whose shares are those of the pairs' numbers gives every pair the weight 1: it is the run without a
// mix, except for the objectives' figures.
func TestMixInTheLossOfEqualShares(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := mixedRun(t, "helpfulness=1,harmlessness=1,truthfulness=1", dataset.MixLoss)
	c.MaxSteps = 2
	dirs := [2]string{filepath.Join(t.TempDir(), "mixed"), filepath.Join(t.TempDir(), "plain")}
	runtest.Train(t, model, dirs[0], c, data)
	data.Mix = nil
	runtest.Train(t, model, dirs[1], c, data)
	name := "adapter_model.safetensors"
	if runtest.Read(t, filepath.Join(dirs[0], name)) != runtest.Read(t, filepath.Join(dirs[1], name)) {
		t.Error("weights of 1 change the adapter")
	}
	if strings.Contains(runtest.Read(t, filepath.Join(dirs[1], "metrics.jsonl")), "helpfulness") || strings.Contains(runtest.Read(t, filepath.Join(dirs[1], "run.json")), `"mix"`) {
		t.Error("a run without a mix tells of objectives")
	}
}

// The objective with the larger weight gains the more, whichever way the weights act: margins on the pairs trained on.
func TestObjectivesFollowTheirWeights(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	for _, by := range dataset.MixMethods {
		gains := map[string]map[string]float64{}
		for _, mix := range []string{"helpfulness=9,truthfulness=1", "helpfulness=1,truthfulness=9"} {
			c, data := mixedRun(t, mix, by)
			c.MaxSteps, c.BatchSize, c.EvalSteps, c.LearningRate, c.Scheduler = 8, 10, 0, 1e-2, "constant"
			data.HeldOut = data.Train
			r := runtest.Train(t, model, filepath.Join(t.TempDir(), "run"), c, data)
			gains[mix] = map[string]float64{}
			for _, o := range r.Evaluations[len(r.Evaluations)-1].Objectives {
				if gains[mix][o.Name] = o.RewardsMargins; o.RewardsAccuracies <= 0.5 {
					t.Errorf("by %s, %s: the accuracy on %s is %g after training", by, mix, o.Name, o.RewardsAccuracies)
				}
			}
		}
		helpful, truthful := gains["helpfulness=9,truthfulness=1"], gains["helpfulness=1,truthfulness=9"]
		if !(helpful["helpfulness"] > 1.2*truthful["helpfulness"] && truthful["truthfulness"] > 1.2*helpful["truthfulness"]) {
			t.Errorf("by %s the margins are %v and %v", by, helpful, truthful)
		}
	}
}

// Another mix, or the same in another way, is another run.
func TestMixIsPartOfARun(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := mixedRun(t, evenMix, dataset.MixSampling)
	c.MaxSteps = 1
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	data.Mix.By = dataset.MixLoss
	err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}})
	if err == nil || !strings.Contains(err.Error(), "its mix of objectives is helpfulness 50 %, harmlessness 25 %, truthfulness 25 %, by sampling, this run's is") {
		t.Errorf("another way of mixing: %v", err)
	}
	data.Mix.By = "chance"
	if err := train.Run(context.Background(), train.Job{Model: model, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{}}); err == nil || !strings.Contains(err.Error(), `unknown way to mix "chance"; it must be sampling or loss`) {
		t.Errorf("a way that there is not: %v", err)
	}
}
