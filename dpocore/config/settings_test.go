package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/config/pattern"
)

// TestEveryFieldHasOneRow: each field of Config has exactly one row, under the field's JSON name. Overwrite has none: it
// says what to do with a folder.
func TestEveryFieldHasOneRow(t *testing.T) {
	var c Config
	rows := map[any]int{}
	for _, row := range Settings {
		rows[row.Pointer(&c)]++
	}
	fields := reflect.ValueOf(&c).Elem()
	for i := range fields.NumField() {
		field, want := fields.Type().Field(i), 1
		if field.Name == "Overwrite" {
			want = 0
		}
		if got := rows[fields.Field(i).Addr().Interface()]; got != want {
			t.Errorf("%s has %d rows, want %d", field.Name, got, want)
		}
	}
	if len(Settings) != fields.NumField()-1 {
		t.Errorf("%d rows for %d fields", len(Settings), fields.NumField())
	}
}

// TestRows: each row's JSON name is its field's, it has a label, and a flag has a help text.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Settings {
		var c Config
		about := reflect.ValueOf(row)
		jsonName, label := about.FieldByName("JSON").String(), about.FieldByName("Label").String()
		if seen[jsonName] || label == "" {
			t.Errorf("%q occurs twice, or has no label", jsonName)
		}
		seen[jsonName] = true
		set(row.Pointer(&c))
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		if value := fields[jsonName]; value == nil || reflect.ValueOf(value).IsZero() {
			t.Errorf("%s is not the JSON field of its pointer: %s", jsonName, raw)
		}
		if flag, help := row.Flag(); flag != "" && (help == "" || flag != strings.ReplaceAll(jsonName, "_", "-")) {
			t.Errorf("%s has the flag %q with the help %q", jsonName, flag, help)
		}
	}
}

// set gives a setting a value other than its zero value and its default, and valid for the numeric ones.
func set(pointer any) {
	switch p := pointer.(type) {
	case *float64:
		*p += 0.25
	case *int:
		*p++
	case *bool:
		*p = !*p
	case *string:
		*p += "x"
	case *Steps:
		*p++
	case *Arguments:
		*p = Arguments{"x": json.RawMessage("true")}
	case *[]string:
		*p = append(slices.Clone(*p), "q_proj")
	case *[]int:
		*p = append(slices.Clone(*p), 1)
	case *[]float64:
		*p = append(slices.Clone(*p), 0.5)
	default:
		panic(fmt.Sprintf("a setting of type %T", p))
	}
}

// TestDifference: which settings a resumed run may change, and the sentence for the others.
func TestDifference(t *testing.T) {
	resumable := map[string]bool{"adapter_bin": true, "eval_on_start": true, "eval_steps": true, "guard_kl": true, "guard_chosen": true, "guard_repetition": true, "num_train_epochs": true, "report_to": true, "warmup_ratio": true, "init_adapter": true, "reference": true, "sample_prompts": true, "sample_steps": true,
		"sample_tokens": true, "save_steps": true, "save_total_limit": true}
	for _, row := range Settings {
		jsonName := reflect.ValueOf(row).FieldByName("JSON").String()
		mine, recorded := Default(), Default()
		mine.Date, recorded.Date = "2026-11-29", "2026-11-29"                         // a run without one was recorded by an earlier version
		mine.LossType, recorded.LossType = "sigmoid,dpop,simpo", "sigmoid,dpop,simpo" // so that each setting matters
		if strings.Contains(jsonName, "desirable") {
			mine.LossType, recorded.LossType = "kto", "kto"
		}
		set(row.Pointer(&mine))
		if jsonName == "guard_action" { // the other one matters only with a guard
			mine.GuardAction, mine.GuardKL, recorded.GuardKL = GuardSlow, 0.5, 0.5
		}
		if got := Difference(mine, recorded); (got == "") != resumable[jsonName] {
			t.Errorf("%s: the difference is %q", jsonName, got)
		}
	}
	for want, change := range map[string]func(mine, recorded *Config){
		"its beta is 0.1, this run's is 0.3":                                                                              func(mine, _ *Config) { mine.Beta = 0.3 },
		"its maximum length is 512 tokens, this run's is 64 tokens":                                                       func(mine, _ *Config) { mine.MaxLength = 64 },
		"its limit for early stopping is none, this run's is 3 evaluations, 10 steps apart":                               func(mine, _ *Config) { mine.EarlyStopping = 3 },
		"its quantization of the base weights is q4_0, this run's is none":                                                func(_, recorded *Config) { recorded.Quantize = "q4_0" },
		"its precision is auto, this run's is float16":                                                                    func(mine, _ *Config) { mine.Precision = Float16 },
		"its list of LoRA modules is q_proj, this run's is q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj": func(_, recorded *Config) { recorded.LoRAModules = []string{"q_proj"} },
		"its limit for early stopping is 3 evaluations, 10 steps apart, this run's is 3 evaluations, 5 steps apart": func(mine, recorded *Config) {
			mine.EarlyStopping, recorded.EarlyStopping, mine.EvalSteps = 3, 3, 5
		},
	} {
		mine, recorded := Default(), Default()
		change(&mine, &recorded)
		if got := Difference(mine, recorded); got != want {
			t.Errorf("the difference is %q, want %q", got, want)
		}
	}
}

// TestEqualRuns: settings that are written differently and mean the same.
func TestEqualRuns(t *testing.T) {
	for name, change := range map[string]func(mine, recorded *Config){
		"auto resumes a run of any precision": func(_, recorded *Config) { recorded.Precision = Float16 },
		"auto resumes a run with any base":    func(_, recorded *Config) { recorded.BaseWeights = Quantized },
		"a run recorded before there was one": func(mine, recorded *Config) { mine.BaseWeights, recorded.BaseWeights = Float, "" },
		"no modules are all modules":          func(mine, recorded *Config) { recorded.LoRAModules = mine.LoRA().Modules },
		"all-linear is all modules":           func(mine, _ *Config) { mine.LoRAModules = []string{pattern.AllLinear} },
		"the interval without early stopping": func(mine, _ *Config) { mine.EvalSteps = 3 },
		"each loss counts once":               func(mine, _ *Config) { mine.LossWeights = []float64{1} },
		"a setting of another loss":           func(mine, _ *Config) { mine.DPOPLambda, mine.SimPOGamma = 5, 1 },
		"blanks in a list of losses": func(mine, recorded *Config) {
			mine.LossType, recorded.LossType = "sigmoid, sft", "sigmoid,sft"
		},
	} {
		mine, recorded := Default(), Default()
		change(&mine, &recorded)
		if got := Difference(mine, recorded); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestFaults: one sentence for each setting that is out of range.
func TestFaults(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"the LoRA modules are q_proj, all-linear; all-linear is all projections, so give it alone":                                                                                                     func(c *Config) { c.LoRAModules = []string{"q_proj", pattern.AllLinear} },
		`unknown projection in rank_pattern "layers.1.self_attn.q_proj": ranks, alphas and modules are the same in all layers with LoRA; write q_proj, and choose the layers with layers_to_transform`: func(c *Config) { c.RankPattern = []string{"layers.1.self_attn.q_proj=8"} },
		`unknown LoRA module "model.layers.1.mlp.up_proj": ranks, alphas and modules are the same in all layers with LoRA; write up_proj, and choose the layers with layers_to_transform`:              func(c *Config) { c.LoRAModules = []string{"model.layers.1.mlp.up_proj"} },
		`unknown projection in alpha_pattern "layers"; choose q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj or gate_up_proj`:                                                 func(c *Config) { c.AlphaPattern = []string{"layers=8"} },
		"alpha_pattern has k_proj, and only q_proj, v_proj have LoRA; add it to lora_modules, or leave it out": func(c *Config) {
			c.LoRAModules, c.AlphaPattern = []string{"q_proj", "v_proj"}, []string{"q_proj=2", "k_proj=8"}
		},
		"the batch size is 2000000000 pairs; it must be at most 1000000000":                                                                                         func(c *Config) { c.BatchSize = 2e9 },
		"a step has 1e+12 pairs, the batch size times the gradient accumulation; it may have at most 1000000000":                                                    func(c *Config) { c.BatchSize, c.GradientAccumulation = 1e6, 1e6 },
		"the number of steps is 2000000000; it must be at most 1000000000":                                                                                          func(c *Config) { c.MaxSteps = 2e9 },
		"the number of epochs is 1e+12; it must be at most 1000000":                                                                                                 func(c *Config) { c.NumTrainEpochs = 1e12 },
		"the SFT weight is -1; it must be at least 0":                                                                                                               func(c *Config) { c.SFTWeight = -1 },
		`the loss type has "sft" already, so leave the SFT weight out; the loss weights say how much it counts`:                                                     func(c *Config) { c.LossType, c.SFTWeight = "sigmoid,sft", 1 },
		`there is 1 loss weight, and the loss type is "sigmoid,sft"; give one weight for each loss, in the same order`:                                              func(c *Config) { c.LossType, c.LossWeights = "sigmoid,sft", []float64{1} },
		"dpop's lambda is 0; it must be above 0 (50 is a good start)":                                                                                               func(c *Config) { c.DPOPLambda = 0 },
		"simpo's gamma is -1; it must be at least 0 (half of beta is a good start)":                                                                                 func(c *Config) { c.SimPOGamma = -1 },
		"the LoRA alpha is 0; it must be above 0 (the rank is a good start)":                                                                                        func(c *Config) { c.LoRAAlpha = 0 },
		`unknown scheduler "step"; choose linear, cosine, cosine_with_min_lr, constant, constant_with_warmup or warmup_stable_decay`:                                func(c *Config) { c.Scheduler = "step" },
		`unknown precision "bf16"; choose auto, float32, float16 or bfloat16`:                                                                                       func(c *Config) { c.Precision = "bf16" },
		`unknown report "wandb"; choose none or tensorboard`:                                                                                                        func(c *Config) { c.ReportTo = "wandb" },
		"the warm-up is -1 steps; it must be at least 0":                                                                                                            func(c *Config) { c.WarmupSteps = -1 },
		"the number of steps is 0; it must be at least 1 (50 is a good start), unless a number of epochs is given instead (num_train_epochs)":                       func(c *Config) { c.MaxSteps = 0 },
		"gradient accumulation is 0 batches; it must be at least 1":                                                                                                 func(c *Config) { c.GradientAccumulation = 0 },
		"the maximum gradient norm is 0; it must be above 0":                                                                                                        func(c *Config) { c.MaxGradNorm = 0 },
		"the evaluation interval is -2 steps; it must be " + stepsMust:                                                                                              func(c *Config) { c.EvalSteps = -2 },
		"the checkpoint interval is 1.5 steps; it must be " + stepsMust:                                                                                             func(c *Config) { c.SaveSteps = 1.5 },
		"the share of the warm-up is 2; it must be from 0 to 1, such as 0.1":                                                                                        func(c *Config) { c.WarmupRatio = 2 },
		"Adam's beta1 is 1; it must be at least 0 and below 1":                                                                                                      func(c *Config) { c.AdamBeta1 = 1 },
		"Adam's epsilon is 0; it must be above 0 (1e-8 is a good start)":                                                                                            func(c *Config) { c.AdamEpsilon = 0 },
		"the weight decay is -1; it must be at least 0":                                                                                                             func(c *Config) { c.WeightDecay = -1 },
		`the scheduler "cosine_with_min_lr" needs a floor of the learning rate; set min_lr_rate, its share of the peak (0.1 is a good start), or choose cosine`:     func(c *Config) { c.Scheduler = CosineWithMinLR },
		`the floor of the learning rate is 0.1 of the peak, but the scheduler "linear" has none; leave it out, or choose cosine_with_min_lr or warmup_stable_decay`: func(c *Config) { c.MinLRRate = 0.1 },
		`the floor of the learning rate is 2 of the peak; it must be from 0 to 1, such as 0.1`:                                                                      func(c *Config) { c.MinLRRate = 2 },
		`the scheduler "warmup_stable_decay" needs the length of its decay; set num_decay_steps (0.1, a tenth of the run, is a good start)`:                         func(c *Config) { c.Scheduler = WarmupStableDecay },
		`the decay of the learning rate is 0.1 steps, but the scheduler "linear" has none; leave it out, or choose warmup_stable_decay`:                             func(c *Config) { c.DecaySteps = 0.1 },
		"the number of checkpoints to keep is 0; it must be at least 1":                                                                                             func(c *Config) { c.KeepCheckpoints = 0 },
		"the limit for early stopping is -1 evaluations; it must be at least 0":                                                                                     func(c *Config) { c.EarlyStopping = -1 },
		"the interval of sample answers is -1 steps; it must be at least 0":                                                                                         func(c *Config) { c.SampleSteps = -1 },
		"the maximum length of sample answers is 0 tokens; it must be at least 1":                                                                                   func(c *Config) { c.SampleSteps = 1 },
		`unknown quantization "int4"; choose q8_0, q4_0 or nf4`:                                                                                                     func(c *Config) { c.Quantize = "int4" },
		"the base weights can't be float and quantized; leave out --quantize or --base-weights":                                                                     func(c *Config) { c.Quantize, c.BaseWeights = "q4_0", Float },
		`unknown form of the base weights "nf4"; choose auto, quantized or float`:                                                                                   func(c *Config) { c.BaseWeights = "nf4" },
	} {
		c := Default()
		change(&c)
		if err := c.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestDummySetting: a row alone gives a setting its flag, check and place in a run's identity. It is a second row of the
// sample tokens, which have neither flag nor identity.
func TestDummySetting(t *testing.T) {
	dummy := Table{Setting[int]{
		JSON: "dummy_size", Label: "the dummy size", Help: "size of the dummy",
		Field: func(c *Config) *int { return &c.SampleTokens },
		Check: bounds.AtLeast(2, "3"),
	}}
	c, recorded := Default(), Default()
	c.SampleTokens, recorded.SampleTokens = 1, 2
	if err := dummy.Validate(c); err == nil || err.Error() != "the dummy size is 1; it must be at least 2 (3 is a good start)" {
		t.Errorf("validated: %v", err)
	}
	if got := dummy.Difference(c, recorded); got != "its dummy size is 2, this run's is 1" {
		t.Errorf("the difference is %q", got)
	}
	if flag, help := dummy[0].Flag(); flag != "dummy-size" || help != "size of the dummy" {
		t.Errorf("the flag is %s, %s", flag, help)
	}
}
