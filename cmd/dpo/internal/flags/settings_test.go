package flags

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

// settingDefaults lists the flags of all commands that train: name, type, default.
const settingDefaults = `adapter-bin bool false
base-weights string auto
batch-size int 8
beta float64 0.1
early-stopping int 0
eval-steps steps 10
gradient-accumulation-steps int 1
init-adapter string ""
label-smoothing float64 0
learning-rate float64 5e-05
lora-alpha float64 16
lora-modules stringSlice []
lora-r int 16
loss-type string sigmoid
lr-scheduler string linear
max-grad-norm float64 1
max-length int 512
max-steps int 50
precision string auto
save-steps steps 10
save-total-limit int 2
seed int 42
sft-weight float64 0
shuffle bool true
use-rslora bool false
warmup-steps int 5
`

// TestSettings: the flags of the settings, with their types and defaults. One that is missing or different would break
// scripts; a new one would not, and is checked by TestEverySettingHasAFlag.
func TestSettings(t *testing.T) {
	c := config.Default()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	Settings(flags, &c)
	got := map[string]bool{}
	flags.VisitAll(func(f *pflag.Flag) {
		value := f.DefValue
		if value == "" {
			value = `""`
		}
		got[f.Name+" "+f.Value.Type()+" "+value+"\n"] = true
	})
	for want := range strings.Lines(settingDefaults) {
		if !got[want] {
			t.Errorf("there is no flag %s", want)
		}
	}
}

// TestEverySettingHasAFlag: the flag of each row of the table changes the row's field and no other.
func TestEverySettingHasAFlag(t *testing.T) {
	values := map[string]string{"float64": "0.125", "int": "12345", "string": "x", "stringSlice": "x,y", "float64Slice": "0.5,2", "intSlice": "1,2", "steps": "0.125", "name=value": "x=1"}
	for _, row := range config.Settings {
		name, _ := row.Flag()
		if name == "" {
			continue
		}
		c, before := config.Default(), config.Default()
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		Settings(flags, &c)
		f := flags.Lookup(name)
		value, ok := values[f.Value.Type()]
		if !ok { // a bool
			value = strconv.FormatBool(f.DefValue != "true")
		}
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(c, before) {
			t.Errorf("--%s=%s changes nothing", name, value)
		}
		reflect.ValueOf(row.Pointer(&c)).Elem().Set(reflect.ValueOf(row.Pointer(&before)).Elem())
		if other := config.Settings.Find(row.Instead()); other != nil {
			other.Clear(&before)
		}
		if !reflect.DeepEqual(c, before) {
			t.Errorf("--%s=%s changes another setting: %+v", name, value, c)
		}
	}
}

// TestSettingFlagsAreParsed: each flag reaches its field, and the result is valid.
func TestSettingFlagsAreParsed(t *testing.T) {
	c := config.Default()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	Settings(flags, &c)
	args := "--adapter-bin --base-weights=quantized --batch-size=2 --beta=0.2 --early-stopping=3 --eval-steps=4 --gradient-accumulation-steps=5 --init-adapter=folder " +
		"--label-smoothing=0.1 --learning-rate=1e-4 --lora-alpha=8 --lora-modules=q_proj,v_proj --lora-r=4 --loss-type=robust --lr-scheduler=cosine " +
		"--max-grad-norm=2 --max-length=64 --max-steps=7 --precision=float16 --report-to=tensorboard --guard-kl=0.5 --guard-action=slow --save-steps=6 --save-total-limit=3 --seed=1 --sft-weight=0.5 " +
		"--shuffle=false --use-rslora --warmup-steps=2"
	if err := flags.Parse(strings.Fields(args)); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	want := config.Config{
		Beta: 0.2, LabelSmoothing: 0.1, LossType: "robust", SFTWeight: 0.5,
		LoRARank: 4, LoRAAlpha: 8, LoRAModules: []string{"q_proj", "v_proj"}, RSLoRA: true,
		LearningRate: 1e-4, Scheduler: "cosine", WarmupSteps: 2, MaxSteps: 7, BatchSize: 2, GradientAccumulation: 5, MaxGradNorm: 2,
		MaxLength: 64, Seed: 1, EvalSteps: 4, SaveSteps: 6, KeepCheckpoints: 3, EarlyStopping: 3,
		DPOPLambda: 50, SimPOGamma: 0.5, DesirableWeight: 1, UndesirableWeight: 1, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8,
		Precision: "float16", BaseWeights: "quantized", InitAdapter: "folder", AdapterBin: true, ReportTo: config.TensorBoard, GuardKL: 0.5, GuardAction: config.GuardSlow,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the settings are\n%+v\nwant\n%+v", c, want)
	}
}

// TestLengthFlags: a number of epochs and a share of warm-up replace the default numbers of steps, and lose to given ones, in
// either order.
func TestLengthFlags(t *testing.T) {
	for args, want := range map[string]config.Config{
		"--num-train-epochs=2":                        {NumTrainEpochs: 2, WarmupSteps: 5},
		"--num-train-epochs=2 --max-steps=7":          {NumTrainEpochs: 2, MaxSteps: 7, WarmupSteps: 5},
		"--max-steps=7 --num-train-epochs=2":          {NumTrainEpochs: 2, MaxSteps: 7, WarmupSteps: 5},
		"--warmup-ratio=0.1":                          {WarmupRatio: 0.1, MaxSteps: 50},
		"--warmup-ratio=0.1 --warmup-steps=3":         {WarmupRatio: 0.1, MaxSteps: 50, WarmupSteps: 3},
		"--eval-steps=0.1 --save-steps=epoch":         {MaxSteps: 50, WarmupSteps: 5, EvalSteps: 0.1, SaveSteps: config.Epoch},
		"--eval-steps=4 --save-steps=0 --max-steps=1": {MaxSteps: 1, WarmupSteps: 5, EvalSteps: 4},
	} {
		c := config.Default()
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		Settings(flags, &c)
		if err := flags.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(args, "eval") {
			c.EvalSteps, c.SaveSteps = 0, 0
		}
		got := config.Config{NumTrainEpochs: c.NumTrainEpochs, MaxSteps: c.MaxSteps, WarmupSteps: c.WarmupSteps, WarmupRatio: c.WarmupRatio, EvalSteps: c.EvalSteps, SaveSteps: c.SaveSteps}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", args, got)
		}
	}
}

// TestDummyFlag: a row in the table is all that a flag needs. It is a second row of the sample tokens, which have no flag.
func TestDummyFlag(t *testing.T) {
	dummy := config.Table{config.Setting[int]{
		JSON: "dummy_size", Label: "the dummy size", Help: "size of the dummy",
		Field: func(c *config.Config) *int { return &c.SampleTokens },
	}}
	c := config.Config{SampleTokens: 3}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	tableFlags(flags, dummy, &c)
	if f := flags.Lookup("dummy-size"); f == nil || f.DefValue != "3" || f.Usage != "size of the dummy" {
		t.Fatalf("the flag is %+v", f)
	}
	if err := flags.Parse([]string{"--dummy-size", "5"}); err != nil || c.SampleTokens != 5 {
		t.Errorf("parsed %d, %v", c.SampleTokens, err)
	}
}

// TestGridFlags: the flags of dpo sweep fill the grid, the short ones as --grid does.
func TestGridFlags(t *testing.T) {
	parse := func(args string) (sweep.Grid, error) {
		var flags Grid
		grid := sweep.Grid{Config: config.Default()}
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		Settings(f, &grid.Config)
		flags.Add(f)
		if err := f.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		err := flags.Fill(f, &grid)
		return grid, err
	}
	axes := func(args string) string {
		grid, err := parse(args)
		if err != nil {
			t.Errorf("%s: %v", args, err)
		}
		return fmt.Sprint(grid.Axes, grid.Zip)
	}
	for _, c := range []struct{ args, same, want string }{
		{"--betas 0.1,0.30 --learning-rates 5e-5,1e-4 --ranks 8,16 --loss-types sigmoid,ipo", "--grid beta=0.1,0.3 --grid learning-rate=5e-5,1e-4 --grid lora_r=8,16 --grid loss-type=sigmoid,ipo",
			"[{beta [0.1 0.3]} {learning_rate [5e-05 0.0001]} {lora_r [8 16]} {loss_type [sigmoid ipo]}] false"},
		{"--grid lora-modules=q_proj,v_proj;all-linear --zip --betas 0.1,0.3", "--zip --betas 0.1,0.3 --grid lora_modules=q_proj,v_proj;all-linear", "[{beta [0.1 0.3]} {lora_modules [q_proj,v_proj all-linear]}] true"},
		{"--seeds 3 --seed 5 --betas 1", "--grid beta=1 --grid seed=5,6,7", "[{beta [1]} {seed [5 6 7]}] false"},
	} {
		if a, b := axes(c.args), axes(c.same); a != c.want || b != c.want {
			t.Errorf("%s is %s, %s is %s, want %s", c.args, a, c.same, b, c.want)
		}
	}
	for args, want := range map[string]string{
		"--betas 0.1,x":                              `--betas: beta can't be "x"; it must be a number, as in 0.1 or 5e-5`,
		"--grid beta":                                `--grid: "beta" has no values; write a setting and its values, as in beta=0.05,0.1,0.3`,
		"--grid betta=1":                             `--grid: unknown setting "betta"; did you mean beta?`,
		"--grid save-steps=1,2":                      "--grid: a sweep can't vary the checkpoint interval: it does not change what is learned",
		"--grid beta=1,2 --betas 3":                  "beta has values twice; give them in one list",
		"--grid beta=1,2 --beta 3":                   "beta has several values in this sweep and a single one in --beta; leave one of the two out",
		"--grid warmup-ratio=0,0.1 --warmup-steps 3": "--warmup-steps says the same as the share of the warm-up in another way, and would win; leave it out",
		"--grid warmup-steps=0,1 --warmup-ratio 0.1": "--warmup-ratio says the same as --grid warmup-steps in another way; leave one of the two out",
		"--range beta=0.1:1":                         "--range beta=0.1:1 needs --samples, the number of random runs",
		"--samples 3 --range beta=0:1:log":           "--range: the range of beta starts at 0; with log it must start above 0",
		"--seeds 0":                                  "the number of seeds is 0; it must be at least 1 (3 is a good start)",
	} {
		if _, err := parse(args); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
}
