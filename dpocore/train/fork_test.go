package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestFork: a fork with the same settings ends as the run did, to the same bytes; one with another beta has the run's steps up to the
// checkpoint, and others behind it. The run stays as it is, and a stopped fork resumes.
func TestFork(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	dir, same, other := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "same"), filepath.Join(t.TempDir(), "other")
	c.SaveSteps, c.KeepCheckpoints = 2, 2
	whole := runtest.Train(t, model, dir, c, data)
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	c = record.Config
	want, listed := runtest.Outcome(t, dir), names(t, dir)

	fork(t, dir, 4, same, c)
	if r := runtest.Train(t, model, same, c, data); r.Begun.Step != 4 || len(r.Steps) != 2 || len(r.Notes) > 0 && strings.Contains(strings.Join(r.Notes, ""), "damaged") {
		t.Errorf("the fork began after step %d, made %d steps and says %q", r.Begun.Step, len(r.Steps), r.Notes)
	}
	runtest.EqualOutcome(t, "forked without a change", runtest.Outcome(t, same), want)

	c.Beta, c.MaxSteps, c.KeepCheckpoints = 0.5, 8, 1
	fork(t, dir, 4, other, c)
	ctx, cancel := context.WithCancel(context.Background())
	err = train.Run(ctx, train.Job{Model: model, Dir: other, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 7 {
			cancel()
		}
	}}})
	if stopped := (*train.Stopped)(nil); !errors.As(err, &stopped) {
		t.Fatal(err)
	}
	fork(t, dir, 4, other, c) // the same command again
	runtest.Train(t, model, other, c, data)
	h, err := metrics.ReadHistory(other)
	if err != nil || len(h.Steps) != 8 || h.ForkedAt != 4 {
		t.Fatalf("the fork has %d steps, and was forked at %d (%v)", len(h.Steps), h.ForkedAt, err)
	}
	for i, e := range h.Steps[:4] {
		if e.Loss != whole.Steps[i].Loss {
			t.Errorf("step %d of the fork is not the run's", i+1)
		}
	}
	if ratio := h.Steps[4].RewardsMargins / whole.Steps[4].RewardsMargins; math.Abs(ratio-5) > 1e-3 { // the same policy, at 0.5 for 0.1
		t.Errorf("the first margin after the fork is %g times the run's, want 5", ratio)
	}
	forked, _, err := run.ReadRecord(other)
	if err != nil || forked.Fork.At() != 4 || !strings.HasSuffix(forked.Fork.String(), "with beta: 0.1 → 0.5, max steps: 6 → 8, save total limit: 2 → 1") {
		t.Errorf("the lineage is %v (%v)", forked.Fork, err)
	}
	if got := names(t, other); !slices.Contains(got, "checkpoint-4") {
		t.Errorf("the fork has not kept the checkpoint that it began with: %v", got)
	}
	runtest.EqualOutcome(t, "after the forks", runtest.Outcome(t, dir), want)
	if got := names(t, dir); !slices.Equal(got, listed) {
		t.Errorf("the run's folder has %v, before the forks %v", got, listed)
	}
}

func fork(t *testing.T, dir string, at int, out string, c config.Config) {
	t.Helper()
	record, err := run.PlanFork(dir, at, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := record.StartFork(out); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

// TestForkMistakes: one sentence for each, and no folder is left.
func TestForkMistakes(t *testing.T) {
	cachetest.Own(t)
	model := runtest.Model(t)
	c, data := runtest.Short(t)
	c.SaveSteps, c.MaxSteps = 1, 3
	dir := filepath.Join(t.TempDir(), "run")
	runtest.Train(t, model, dir, c, data)
	record, _, err := run.ReadRecord(dir)
	if err != nil {
		t.Fatal(err)
	}
	for want, test := range map[string]struct {
		at     int
		change func(*config.Config)
	}{
		"has no checkpoint of step 1; choose 2 or 3 (a run keeps more": {1, func(*config.Config) {}},
		"so nothing is left to train":                                  {3, func(*config.Config) {}},
		"the LoRA rank is 4 in the run and 8 here, and a fork can't change it: the adapter in the checkpoint was trained with it": {2, func(c *config.Config) { c.LoRARank = 8 }},
		"the maximum length is 512 tokens in the run and 64 tokens here, and a fork can't change it":                              {2, func(c *config.Config) { c.MaxLength = 64 }},
		"the initial adapter is none in the run and x here, and a fork can't change it":                                           {2, func(c *config.Config) { c.InitAdapter = "x" }},
		"the choice of full fine-tuning is false in the run and true here, and a fork can't change it":                            {2, func(c *config.Config) { c.Full = true }},
		"the system prompt is none in the run and Be brief. here, and a fork can't change it":                                     {2, func(c *config.Config) { c.System = "Be brief." }},
		"the chat template is the model's in the run and another one (SHA-256":                                                    {2, func(c *config.Config) { c.ChatTemplate = "{{ messages }}" }},
		"the rewards of simpo are other figures than those of sigmoid":                                                            {2, func(c *config.Config) { c.LossType = "simpo" }},
		"a fork can't change between fine-tuning and preferences":                                                                 {2, func(c *config.Config) { c.LossType = "sft" }},
		"beta is 0; it must be above 0": {2, func(c *config.Config) { c.Beta = 0 }},
	} {
		c := record.Config
		test.change(&c)
		if _, err := run.PlanFork(dir, test.at, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	planned, err := run.PlanFork(dir, 2, record.Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := planned.StartFork(dir); err == nil || !strings.Contains(err.Error(), "holds another run") {
		t.Errorf("forked into the run: %v", err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := planned.StartFork(full); err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("forked into a folder with a file: %v", err)
	}
	damaged := filepath.Join(dir, "checkpoint-2", "optimizer.safetensors")
	if err := os.WriteFile(damaged, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := planned.StartFork(out); err == nil || !strings.Contains(err.Error(), "damaged") || len(names(t, filepath.Dir(out))) > 0 {
		t.Errorf("forked from a damaged checkpoint: %v, and left %v", err, names(t, filepath.Dir(out)))
	}
}
