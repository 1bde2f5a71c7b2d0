package replay_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/config/setting"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/replay"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/runtest"
)

// drawn has values of each setting that TestDrawnSettings draws from, as their flags take them.
var drawn = map[string][]string{
	"beta": {"0.05", "0.5"}, "loss_type": {"ipo", "hinge", "sigmoid,sft", "simpo", "dpop"}, "label_smoothing": {"0.1"}, "sft_weight": {"0.3"}, "dpop_lambda": {"5"}, "simpo_gamma": {"0.2"},
	"learning_rate": {"0.0005", "0.01"}, "lr_scheduler": {"cosine", "constant", "constant_with_warmup", "cosine_with_min_lr", "warmup_stable_decay"},
	"min_lr_rate": {"0.2"}, "num_decay_steps": {"2", "0.5"}, "warmup_steps": {"0", "1", "3"}, "warmup_ratio": {"0.4"}, "max_steps": {"3", "5", "7"}, "num_train_epochs": {"0.9", "1.5"},
	"batch_size": {"1", "2"}, "gradient_accumulation_steps": {"2"}, "max_grad_norm": {"0.01", "100"}, "weight_decay": {"0.1"}, "adam_beta1": {"0.5"}, "adam_beta2": {"0.9"}, "adam_epsilon": {"0.001"},
	"shuffle": {"false"}, "seed": {"7", "123"}, "date": {"2026-11-29"},
	"eval_steps": {"1", "0.3", "epoch", "0"}, "eval_on_start": {"true"}, "save_steps": {"1", "0.4", "epoch", "0"}, "save_total_limit": {"1", "9"}, "early_stopping": {"1", "2"},
	"guard_kl": {"1e-9", "1000"}, "guard_chosen": {"1000"}, "guard_repetition": {"1"}, "guard_action": {"slow"}, "report_to": {"tensorboard"},
	"sample_prompts": {"Why?"}, "sample_steps": {"2"}, "sample_tokens": {"3"}, "adapter_bin": {"true"},
	"lora_dropout": {"0.3"}, "loraplus_lr_ratio": {"4"},
	// These compile other graphs, and are drawn only in a run of the test with a number of draws.
	"lora_r": {"2"}, "lora_alpha": {"8"}, "lora_modules": {"q_proj,v_proj"}, "use_rslora": {"true"}, "rank_pattern": {"q_proj=2,up_proj=5"}, "alpha_pattern": {"down_proj=3"}, "layers_to_transform": {"1"}, "max_length": {"200"}, "precision": {"bfloat16"}, "base_weights": {"float"}, "quantize": {"q8_0"},
}

// notDrawn are the settings that the test does not draw, with the reason.
var notDrawn = map[string]string{
	"init_adapter":  "it needs an adapter",
	"reference":     "it needs an adapter or another model; TestReferences stops and resumes such runs",
	"full":          "it has no adapter; TestFull stops and resumes such a run",
	"loss_weights":  "one for each loss",
	"chat_template": "it is part of the model's hash, and of the pairs' tokens",
	"template_arg":  "it depends on the template",
	"system":        "it is part of the pairs' tokens",

	"desirable_weight":   "of the loss kto, whose runs TestKTOOnSingleAnswers stops and resumes",
	"undesirable_weight": "the same",
}

// TestDrawnSettings draws settings from the table: a run that is stopped after a drawn step and resumed, and a replay, end in the same
// bytes. DPO_DRAWN_SETTINGS is the number of draws, DPO_DRAWN_SEED the first seed.
func TestDrawnSettings(t *testing.T) {
	for _, row := range config.Settings {
		if drawn[row.Name()] == nil && notDrawn[row.Name()] == "" {
			t.Errorf("the setting %s has no values to draw; add some, or say why not", row.Name())
		}
	}
	draws, first := number(t, "DPO_DRAWN_SETTINGS", 1), number(t, "DPO_DRAWN_SEED", 1)
	cachetest.Own(t)
	m := runtest.Model(t)
	for seed := first; seed < first+draws; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) { resumeAndReplay(t, m, uint64(seed), os.Getenv("DPO_DRAWN_SETTINGS") != "") })
	}
}

func number(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func resumeAndReplay(t *testing.T, m *model.Model, seed uint64, all bool) {
	random := rand.New(rand.NewPCG(seed, 0))
	usual, data := runtest.Short(t)
	c, given := draw(t, random, usual, all)
	stopAt := 1 + random.IntN(c.Resolve(len(data.Train.Pairs)).MaxSteps)
	t.Logf("stopped after step %d, with %s", stopAt, given)
	dir := filepath.Join(t.TempDir(), "run")
	parts, again := dir+"-parts", dir+"-again"
	runtest.Train(t, m, dir, c, data)
	stopAndResume(t, m, parts, c, data, stopAt)
	runtest.EqualOutcome(t, "stopped and resumed", runtest.Outcome(t, parts), runtest.Outcome(t, dir))
	found, err := replay.Run(context.Background(), m, dir, again, data, &runtest.Recorder{})
	if err != nil || !found.Agrees() {
		t.Errorf("replayed: %v, %v", found, err)
	}
}

// draw changes about a third of the settings, and draws again if they do not go together. Unless all settings are drawn from, the one
// draw has dropout: its masks follow from the seed, the step and the pair, which a resumed run must find again.
func draw(t *testing.T, random *rand.Rand, usual config.Config, all bool) (c config.Config, given string) {
	for {
		c, given = usual, ""
		for _, row := range config.Settings {
			values := drawn[row.Name()]
			if values == nil || random.IntN(3) > 0 || !all && row.Sweep().Rebuilds == setting.All {
				continue
			}
			value := values[random.IntN(len(values))]
			if err := row.Parse(&c, value); err != nil {
				t.Fatalf("%s: %v", row.Name(), err)
			}
			if other := config.Settings.Find(row.Instead()); other != nil {
				other.Clear(&c)
			}
			given += fmt.Sprintf(" --%s=%s", row.Name(), value)
		}
		if c.GuardKL > 0 && c.GuardKL < 1 {
			c.GuardAction = config.GuardSlow // the run is to reach its end
		}
		if c.Validate() == nil && (all || c.LoRADropout > 0) {
			return c, given
		}
	}
}

// stopAndResume trains a run in two parts, or in one if it ends before the step.
func stopAndResume(t *testing.T, m *model.Model, dir string, c config.Config, data dataset.Data, step int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := train.Run(ctx, train.Job{Model: m, Dir: dir, Config: c, Data: data, Listener: &runtest.Recorder{OnStep: func(e metrics.Event) {
		if e.Step == step {
			cancel()
		}
	}}})
	if stopped := (*train.Stopped)(nil); err != nil && !errors.As(err, &stopped) {
		t.Fatal(err)
	}
	runtest.Train(t, m, dir, c, data)
}
