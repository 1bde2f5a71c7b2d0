package sweep

import (
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// Values are within their range however they are rounded, and each whole number is as likely as any other.
func TestDrawnInRange(t *testing.T) {
	for _, text := range []string{"beta=0.15004:0.15006", "beta=0.10049:0.1009:log", "lora-r=2:4", "lora-r=2:4:log"} {
		r, err := ParseRange(text)
		if err != nil {
			t.Fatal(err)
		}
		random, count := source(r.Setting), map[string]int{}
		for range 3000 {
			value := r.draw(random)
			count[value]++
			c := config.Default()
			if err := config.Settings.Parse(&c, config.Settings.Named(r.Setting), value); err != nil {
				t.Fatal(err)
			}
			if x := c.Beta; r.Setting == "beta" && (x < r.Low || x > r.High) {
				t.Errorf("%s gives %s", text, value)
			}
		}
		if r.whole() && !r.Log && !(len(count) == 3 && slices.Min([]int{count["2"], count["3"], count["4"]}) > 900) { // 1,000 ± 26
			t.Errorf("%s gives %v", text, count)
		}
		if r.Log && r.whole() && !(count["2"] > count["3"] && count["3"] > count["4"] && len(count) == 3) {
			t.Errorf("%s gives %v", text, count)
		}
	}
	if _, err := ParseRange("lora-r=0.2:0.4"); err == nil || err.Error() != "the range of the LoRA rank is from 0.2 to 0.4; both must be whole numbers" {
		t.Errorf("a range between whole numbers: %v", err)
	}
}

// A sweep of millions of runs is refused before it takes the memory, and a range that goes too far has one fault.
func TestTooMany(t *testing.T) {
	g := gridOf(t, "beta=0.1,0.3")
	for want, err := range map[string]error{
		"the number of seeds is 3000000; it must be at most 10000":   g.AddSeeds(3_000_000),
		"the number of samples is 1000000; it must be at most 10000": g.Sample(1_000_000, []Range{{Setting: "learning_rate", Low: 1, High: 2}}),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := g.AddSeeds(6000); err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(); err == nil || err.Error() != "the sweep has 12000 runs; it can have at most 10000" {
		t.Errorf("12,000 runs: %v", err)
	}
	far := Grid{Config: config.Default()}
	if err := far.Sample(50, []Range{{Setting: "beta", Low: -0.2, High: -0.1}}); err != nil {
		t.Fatal(err)
	}
	if err := far.Validate(); err == nil || strings.Count(err.Error(), "it must be above 0") != 1 {
		t.Errorf("50 faulty values: %v", err)
	}
}

// A run takes the shape and the scale of its adapter from an initial one, so that a sweep can't vary any setting of them.
func TestShapesOfAnInitialAdapter(t *testing.T) {
	given, adapted := config.Default(), config.Default()
	given.LoRARank, given.LoRAAlpha, given.LoRAModules, given.RSLoRA = 3, 5, []string{"q_proj"}, true
	given.RankPattern, given.AlphaPattern, given.LayersToTransform = []string{"q_proj=2"}, []string{"q_proj=4"}, []int{1}
	adapted.SetLoRA(given.LoRA(), nil)
	for _, row := range config.Settings {
		if slices.Contains(ofAdapter, row.Name()) != (row.Compared(adapted) != row.Compared(config.Default())) {
			t.Errorf("%s: an initial adapter makes %q of %q", row.Name(), row.Compared(adapted), row.Compared(config.Default()))
		}
	}
	for _, axes := range []string{"lora-alpha=8,32", "lora-modules=q_proj;v_proj", "use-rslora=true,false"} {
		g := gridOf(t, axes)
		g.Config.InitAdapter = "run"
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), " of the initial adapter run; vary another setting") {
			t.Errorf("%s: %v", axes, err)
		}
	}
}

// What is given after the samples would not be drawn from.
func TestAfterSamples(t *testing.T) {
	g := Grid{Config: config.Default()}
	ranges := []Range{{Setting: "beta", Low: 0.1, High: 0.2}}
	if err := g.Sample(2, ranges); err != nil {
		t.Fatal(err)
	}
	late, err := NewAxis("shuffle", "true", "false")
	if err == nil {
		err = g.Add(late)
	}
	if err == nil || err.Error() != "the random runs are drawn already; give the values of shuffling before the samples" {
		t.Errorf("a list after the samples: %v", err)
	}
	if err := g.Sample(2, []Range{{Setting: "learning_rate", Low: 1, High: 2}}); err == nil || !strings.Contains(err.Error(), "give all ranges together") {
		t.Errorf("samples twice: %v", err)
	}
	if err := g.AddSeeds(2); err != nil || len(g.Points()) != 4 {
		t.Errorf("seeds after the samples: %v, %d runs", err, len(g.Points()))
	}
}

// Settings have the names of runs' folders too, which do not say the same in two ways.
func TestNamesAndSameRuns(t *testing.T) {
	axis, err := ParseAxis("lr=1e-5,2e-5")
	if err != nil || axis.Setting != "learning_rate" {
		t.Errorf("lr is %q, %v", axis.Setting, err)
	}
	for axes, want := range map[string]string{
		"warmup-ratio=0.1,0.101":                    "warmup-ratio-0.1 and warmup-ratio-0.101 would be the same run; leave one of the two out",
		"lora-modules=q_proj,v_proj;v_proj,q_proj":  "lora-modules-q_proj,v_proj and lora-modules-v_proj,q_proj would be the same run",
		"layers-to-transform=0,1;1,0,0":             "layers-to-transform-0,1 and layers-to-transform-1,0,0 would be the same run",
		"eval-steps=1,2":                            "eval-steps-1 and eval-steps-2 would be the same run",
		"rank-pattern=q_proj=4,v_proj=8;q_proj=4":   "",
		"warmup-ratio=0,0.1,0.2":                    "",
		"lora-modules=q_proj;q_proj,v_proj":         "",
		"loss-type=sigmoid;sigmoid,sft;ipo;sft,ipo": "",
	} {
		g := gridOf(t, axes)
		g.Config.MaxSteps, g.Config.WarmupSteps = 12, 0
		err := g.CheckDistinct(24)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", axes, err, want)
		}
	}
	g := gridOf(t, "beta=0.1,0.3")
	forked := g.Config
	forked.Beta = 0.3
	g.Orders = []Order{{Do: Branch, Run: "beta-0.1,fork-2,beta-0.3", From: "beta-0.1", Fork: &forked}}
	if err := g.CheckDistinct(24); err != nil {
		t.Errorf("a fork with the settings of another run: %v", err)
	}
}
