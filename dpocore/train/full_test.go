package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/runtest"
)

// TestFull: all weights are trained from the model, which is the reference; the run's folder and its checkpoints are models; a run that is
// stopped and resumed ends in the same bytes, and so does one that measures, samples and is checked on its way.
func TestFull(t *testing.T) {
	cachetest.Own(t)
	m := openBytes(t, 1)
	c, data := runtest.Short(t)
	c.Full, c.LoRARank, c.LoRAAlpha = true, config.Default().LoRARank, config.Default().LoRAAlpha
	c.MaxSteps, c.EvalSteps, c.SaveSteps, c.WeightDecay, c.WarmupSteps, c.LearningRate = 4, 2, 2, 0.1, 0, 1e-4
	dir, stopped, watched := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "stopped"), filepath.Join(t.TempDir(), "watched")
	r := runtest.Train(t, m, dir, c, data)
	if first, last := r.Steps[0], r.Steps[3]; first.RewardsMargins != 0 || math.Abs(last.RewardsMargins) < 1e-2 {
		t.Errorf("the first margin is %g, the last %g", first.RewardsMargins, last.RewardsMargins)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := train.Run(ctx, train.Job{Model: m, Dir: stopped, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == 3 {
			cancel()
		}
	}}}); err == nil {
		t.Fatal("the run was not stopped")
	}
	runtest.Train(t, m, stopped, c, data)
	c.GuardKL, c.GuardRepetition, c.SamplePrompts, c.SampleSteps, c.SampleTokens = 1e6, 1, []string{"Hi"}, 2, 4
	w := &runtest.Recorder{}
	if err := train.Run(context.Background(), train.Job{Model: m, Dir: watched, Config: c, Data: data, Listener: w, Check: true}); err != nil {
		t.Fatal(err)
	}
	if kl := w.Evaluations[1].Guards.KL; !(kl > 1e-6) {
		t.Errorf("the divergence from the reference is %g", kl)
	}
	for name, other := range map[string]string{"stopped and resumed": stopped, "watched": watched} {
		if runtest.Read(t, filepath.Join(other, "model.safetensors")) != runtest.Read(t, filepath.Join(dir, "model.safetensors")) {
			t.Errorf("%s, the run ends in another model", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "adapter_config.json")); err == nil {
		t.Error("there is an adapter too")
	}
	// Trained on from the checkpoint, the model has the log-probabilities that the run had after that step.
	checkpoint, err := model.Open(filepath.Join(dir, runtest.Checkpoint(4)))
	if err != nil {
		t.Fatal(err)
	}
	defer checkpoint.Close()
	c.EvalOnStart, c.GuardKL, c.GuardRepetition, c.SampleSteps, c.MaxSteps = true, 0, 0, 0, 1
	again := runtest.Train(t, checkpoint, filepath.Join(t.TempDir(), "again"), c, data)
	if got, want := again.Evaluations[0].LogpsChosen, r.Evaluations[1].LogpsChosen; math.Abs(got-want) > 1e-3 {
		t.Errorf("the checkpoint as a model has %g, the run had %g", got, want)
	}
}

func TestFullMistakes(t *testing.T) {
	for want, change := range map[string]func(*config.Config){
		"lora_r is a setting of an adapter, and full fine-tuning has none": func(c *config.Config) { c.LoRARank = 4 },
		"lora_dropout is a setting of an adapter":                          func(c *config.Config) { c.LoRADropout = 0.1 },
		"init_adapter is a setting of an adapter":                          func(c *config.Config) { c.InitAdapter = "x" },
		"full fine-tuning is in float32, of weights that are not":          func(c *config.Config) { c.Quantize = "q8_0" },
		"leave out full, or precision, quantize and base_weights":          func(c *config.Config) { c.Precision = config.BFloat16 },
	} {
		c := config.Default()
		c.Full = true
		change(&c)
		errtest.Contains(t, c.Validate(), want)
	}
	c := config.Default()
	c.Full = true
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if notes := strings.Join(c.Notes(100), " "); !strings.Contains(notes, "all weights are usually trained with") {
		t.Errorf("the notes are %q", notes)
	}
}
