package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/config/setting"
)

func pointNames(points []Point) (list []string) {
	for _, p := range points {
		list = append(list, p.Name)
	}
	return list
}

// gridOf returns a grid with axes written as in "beta=0.1,0.3".
func gridOf(t *testing.T, axes ...string) Grid {
	t.Helper()
	g := Grid{Config: config.Default()}
	for _, text := range axes {
		axis, err := ParseAxis(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Add(axis); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// TestPoints: names, and their order: beta and the learning rate vary fastest, then the seed, then the loss, and the rank slowest. Neither depends on
// the order of the axes.
func TestPoints(t *testing.T) {
	g := gridOf(t, "loss-type=sigmoid,ipo", "lora_r=8,16", "learning_rate=5e-5,1e-4", "beta=0.1,0.3")
	want := []string{
		"beta-0.1,lr-5e-05,rank-8,loss-sigmoid", "beta-0.3,lr-5e-05,rank-8,loss-sigmoid", "beta-0.1,lr-0.0001,rank-8,loss-sigmoid", "beta-0.3,lr-0.0001,rank-8,loss-sigmoid",
		"beta-0.1,lr-5e-05,rank-8,loss-ipo", "beta-0.3,lr-5e-05,rank-8,loss-ipo", "beta-0.1,lr-0.0001,rank-8,loss-ipo", "beta-0.3,lr-0.0001,rank-8,loss-ipo",
		"beta-0.1,lr-5e-05,rank-16,loss-sigmoid", "beta-0.3,lr-5e-05,rank-16,loss-sigmoid", "beta-0.1,lr-0.0001,rank-16,loss-sigmoid", "beta-0.3,lr-0.0001,rank-16,loss-sigmoid",
		"beta-0.1,lr-5e-05,rank-16,loss-ipo", "beta-0.3,lr-5e-05,rank-16,loss-ipo", "beta-0.1,lr-0.0001,rank-16,loss-ipo", "beta-0.3,lr-0.0001,rank-16,loss-ipo",
	}
	points := g.Points()
	if got := pointNames(points); !slices.Equal(got, want) {
		t.Errorf("the points are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := points[6].Config; c.Beta != 0.1 || c.LearningRate != 1e-4 || c.LoRARank != 8 || c.LossType != "ipo" || c.MaxSteps != 50 {
		t.Errorf("%s is %+v", points[6].Name, c)
	}
	seeds := gridOf(t, "loss-type=sigmoid,ipo", "beta=0.1,0.3")
	if err := seeds.AddSeeds(2); err != nil {
		t.Fatal(err)
	}
	last := Grid{Config: config.Config{Seed: math.MaxInt}}
	if err := last.AddSeeds(2); err == nil || last.AddSeeds(1) != nil {
		t.Errorf("seeds beyond the largest number: %v", err)
	}
	if got := pointNames(seeds.Points())[:5]; !slices.Equal(got, []string{"beta-0.1,loss-sigmoid,seed-42", "beta-0.3,loss-sigmoid,seed-42", "beta-0.1,loss-sigmoid,seed-43", "beta-0.3,loss-sigmoid,seed-43", "beta-0.1,loss-ipo,seed-42"}) {
		t.Errorf("with seeds: %q", got)
	}
	if p := seeds.Points()[2]; p.Setting != "beta-0.1,loss-sigmoid" || p.Config.Seed != 43 {
		t.Errorf("the third point is %+v", p)
	}
}

// TestZip: the n-th run has the n-th value of each axis, and each is trained with all seeds.
func TestZip(t *testing.T) {
	g := gridOf(t, "seed=1,2", "warmup_ratio=0,0.1", "lora-modules=q_proj,v_proj;all-linear")
	g.Zip = true
	if got := pointNames(g.Points()); g.Validate() != nil || !slices.Equal(got, []string{
		"lora-modules-q_proj,v_proj,warmup-ratio-0,seed-1", "lora-modules-all-linear,warmup-ratio-0.1,seed-1",
		"lora-modules-q_proj,v_proj,warmup-ratio-0,seed-2", "lora-modules-all-linear,warmup-ratio-0.1,seed-2"}) {
		t.Errorf("%v, the points are %q", g.Validate(), got)
	}
	if c := g.Points()[0].Config; c.WarmupSteps != 0 || !slices.Equal(c.LoRAModules, []string{"q_proj", "v_proj"}) {
		t.Errorf("a share of the warm-up leaves %d steps; the modules are %q", c.WarmupSteps, c.LoRAModules)
	}
	if g.Config.WarmupSteps != 5 {
		t.Error("the grid's configuration was changed")
	}
}

// TestSamples: random runs are the same in each call, more of them include the earlier ones, and they are within their ranges, with logarithms
// spread evenly.
func TestSamples(t *testing.T) {
	draw := func(n int) Grid {
		g := gridOf(t, "loss-type=sigmoid,ipo", "seed=1,2")
		var ranges []Range
		for _, text := range []string{"learning-rate=1e-5:1e-3:log", "lora-r=4:16"} {
			r, err := ParseRange(text)
			if err != nil {
				t.Fatal(err)
			}
			ranges = append(ranges, r)
		}
		if err := g.Sample(n, ranges); err != nil {
			t.Fatal(err)
		}
		if err := g.Validate(); err != nil {
			t.Fatal(err)
		}
		return g
	}
	few, many := draw(5), draw(400)
	if again := draw(5); !reflect.DeepEqual(again, few) || len(few.Points()) != 10 {
		t.Errorf("drawn %v and then %v, %d runs", few.Axes, again.Axes, len(few.Points()))
	}
	below, losses := 0, map[string]int{}
	for i, p := range many.Points()[:400] {
		if i < 5 && p.Name != few.Points()[i].Name {
			t.Errorf("run %d of 400 is %s, of 5 %s", i, p.Name, few.Points()[i].Name)
		}
		if c := p.Config; c.LearningRate < 1e-5 || c.LearningRate > 1e-3 || c.LoRARank < 4 || c.LoRARank > 16 {
			t.Errorf("%s is outside of its range", p.Name)
		}
		if losses[p.Config.LossType]++; p.Config.LearningRate < 1e-4 {
			below++
		}
	}
	if below < 160 || below > 240 || losses["ipo"] < 160 || losses["ipo"] > 240 { // 200 ± 4 standard deviations of 10
		t.Errorf("%d of 400 rates are in the lower half of their logarithms, %d losses are ipo", below, losses["ipo"])
	}
	g := gridOf(t)
	if err := g.Sample(5, []Range{{Setting: "lora_r", Low: 1, High: 3}}); err == nil || err.Error() != "the ranges have only 3 different runs, with values of three digits, fewer than 5 samples; widen a range, or list the values instead" {
		t.Errorf("five of three: %v", err)
	}
	if _, err := ParseRange("seed=1:100"); err == nil || !strings.Contains(err.Error(), "give their number instead") {
		t.Errorf("a range of seeds: %v", err)
	}
}

// TestGridJSON: the axes in sweep.json, and those of a sweep that was recorded when each was a separate field.
func TestGridJSON(t *testing.T) {
	g := gridOf(t, "learning-rate=5e-5", "lora-r=8,16")
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(raw), `},"axes":[{"setting":"learning_rate","values":["5e-05"]},{"setting":"lora_r","values":["8","16"]}]}`) {
		t.Errorf("the grid is %s", raw)
	}
	var back Grid
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, g) {
		t.Errorf("read back: %+v, %v", back, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, sweepFile), []byte(`{"config":{"beta":0.1},"learning_rates":[0.00005],"ranks":[8,16]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if old, ok, err := Read(dir); err != nil || !ok || !reflect.DeepEqual(old.Axes, g.Axes) {
		t.Errorf("read from an earlier version: %+v, %v", old.Axes, err)
	}
}

// TestEverySettingSweeps: each setting that has no reason against it is an axis, under its own name, which parses what it prints.
func TestEverySettingSweeps(t *testing.T) {
	var refused []string
	for _, row := range config.Settings {
		c := config.Default()
		if c.LoRAModules, c.LossWeights, c.LayersToTransform = []string{"q_proj", "v_proj"}, []float64{0.5, 1}, []int{0, 1}; row.Sweep().Refused != "" {
			refused = append(refused, row.Name())
			if _, err := NewAxis(row.Name(), row.Print(c)); err == nil || !strings.Contains(err.Error(), row.Sweep().Refused) {
				t.Errorf("%s: %v", row.Name(), err)
			}
			continue
		}
		axis, err := NewAxis(row.Name(), row.Print(c))
		if err != nil {
			t.Errorf("%s: %v", row.Name(), err)
			continue
		}
		if p := (Grid{Config: config.Default(), Axes: []Axis{axis}}).Points(); len(p) != 1 || row.Print(p[0].Config) != row.Print(c) || !strings.HasSuffix(p[0].Name, "-"+row.Print(c)) {
			t.Errorf("%s: %+v", row.Name(), p)
		}
	}
	if swept := len(config.Settings) - len(refused); swept < 26 {
		t.Errorf("only %d settings sweep; refused are %q", swept, refused)
	}
}

// TestDummyAxis: a setting becomes an axis by its row.
func TestDummyAxis(t *testing.T) {
	defer func(rows config.Table) { config.Settings = rows }(config.Settings)
	config.Settings = append(slices.Clone(config.Settings), config.Setting[int]{
		JSON: "dummy_size", Label: "the dummy size", Swept: config.Swept{Short: "dummy", Rebuilds: setting.LossOnly},
		Field: func(c *config.Config) *int { return &c.SampleTokens },
	})
	g := gridOf(t, "dummy-size=3,4", "beta=0.1,0.3")
	list := g.Points()
	if want := []string{"beta-0.1,dummy-3", "beta-0.3,dummy-3", "beta-0.1,dummy-4", "beta-0.3,dummy-4"}; !slices.Equal(pointNames(list), want) {
		t.Errorf("the points are %q, want %q", pointNames(list), want)
	}
	if list[2].Config.SampleTokens != 4 {
		t.Errorf("the third point is %+v", list[2].Config)
	}
}

func TestInvalidGrids(t *testing.T) {
	zip := gridOf(t, "beta=0.1,0.3", "lora_r=4")
	zip.Zip = true
	onlySeeds := gridOf(t, "seed=1,2")
	onlySeeds.Zip = true
	adapter := gridOf(t, "lora_r=4,8")
	if err := adapter.Validate(); err != nil {
		t.Fatal(err)
	}
	adapter.Config.InitAdapter = "run"
	other := gridOf(t, "beta=0.1,0.3")
	other.Config.Reference = "models/other"
	full := gridOf(t, "beta=0.1,0.3")
	full.Config.Full = true
	for i, c := range []struct {
		grid Grid
		want string
	}{
		{other, "the runs of a sweep are compared by their divergence from the model that they train, and the reference is another one, models/other; leave it out, or train run by run"},
		{full, "the runs of a sweep are adapters of one model; leave out full, or train all weights run by run"},
		{gridOf(t), "the sweep has no axis; give one setting or more with values, such as beta with 0.05, 0.1 and 0.3, or several seeds"},
		{gridOf(t, "lora_r=3,3"), "the sweep has rank-3 twice; give each value once"},
		{gridOf(t, "beta=0.1,0"), "beta is 0; it must be above 0 (0.1 is a good start)"},
		{zip, "zipped settings need equally many values; beta has 2 and the LoRA rank has 1"},
		{onlySeeds, "there is nothing to zip; give two settings or more with values"},
		{adapter, "all runs would have the LoRA rank of the initial adapter run; vary another setting, or give no initial adapter"},
		{gridOf(t, "warmup-steps=1,2", "warmup-ratio=0.1"), "the warm-up and the share of the warm-up say the same in two ways; vary one of them"},
		{gridOf(t, "lora-modules="+strings.Repeat("q_proj,", 40)+"k_proj;v_proj"), fmt.Sprintf("the name of a run, %.60s…, would have 299 bytes, more than a folder's name can; vary fewer settings", "lora-modules-"+strings.Repeat("q_proj,", 40))},
	} {
		if err := c.grid.Validate(); err == nil || err.Error() != c.want {
			t.Errorf("%d: got %v, want %s", i, err, c.want)
		}
	}
}

// Runs that differ only in a setting that their loss does not use are one run trained twice, which would be compared as two settings. Where each
// loss has a value once, as in zipped settings, nothing is trained twice.
func TestSettingsOfOtherLosses(t *testing.T) {
	for _, c := range []struct {
		axes []string
		zip  bool
		want string // "" for a valid grid
	}{
		{[]string{"simpo-gamma=0.3,0.5"}, false, "simpo-gamma-0.3 and simpo-gamma-0.5 would be the same run: only the loss simpo uses simpo's gamma; leave it out, or train the runs with that loss in a separate sweep"},
		{[]string{"beta=0.1,0.3", "loss-type=sigmoid,simpo", "simpo-gamma=0.3,0.5"}, false, "beta-0.1,loss-sigmoid,simpo-gamma-0.3 and beta-0.1,loss-sigmoid,simpo-gamma-0.5 would be the same run: "},
		{[]string{"loss-type=sigmoid,simpo", "simpo-gamma=0.3,0.5"}, true, ""},
		{[]string{"loss-type=simpo", "simpo-gamma=0.3,0.5"}, false, ""},
		{[]string{"beta=0.1,0.3", "desirable-weight=2"}, false, ""},
		{[]string{"desirable-weight=1,2"}, false, "only the loss kto uses the weight of good answers"},
	} {
		g := gridOf(t, c.axes...)
		g.Zip = c.zip
		if err := g.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.axes, err, c.want)
		}
	}
}
