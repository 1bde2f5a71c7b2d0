package sweep

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

func pointNames(points []Point) (list []string) {
	for _, p := range points {
		list = append(list, p.Name)
	}
	return list
}

// TestPoints: names, and their order: beta and the learning rate vary fastest, the rank slowest.
func TestPoints(t *testing.T) {
	g := Grid{Config: config.Default(), Betas: []float64{0.1, 0.3}, LearningRates: []float64{5e-5, 1e-4}, Ranks: []int{8, 16}, LossTypes: []string{"sigmoid", "ipo"}}
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
}

// TestGridJSON: the axes of sweep.json, and those without values left out.
func TestGridJSON(t *testing.T) {
	g := Grid{Config: config.Default(), LearningRates: []float64{5e-5}, Ranks: []int{8, 16}}
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(raw), `},"learning_rates":[0.00005],"ranks":[8,16]}`) {
		t.Errorf("the grid is %s", raw)
	}
	var back Grid
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, g) {
		t.Errorf("read back: %+v, %v", back, err)
	}
}

// TestAxesAreSettings: the settings with a short name are the axes of the grid, each with a field of Grid and a flag of
// that field's JSON name.
func TestAxesAreSettings(t *testing.T) {
	var g Grid
	var swept []string
	for _, row := range config.Settings {
		if short := reflect.ValueOf(row).FieldByName("Short").String(); short != "" {
			swept = append(swept, short)
		}
	}
	fields := reflect.ValueOf(&g).Elem()
	axes := g.Axes()
	if len(axes) != len(swept) || len(axes) != fields.NumField()-1 {
		t.Fatalf("%d axes, %d settings with a short name, %d fields", len(axes), len(swept), fields.NumField()-1)
	}
	for i, axis := range axes {
		if !slices.Contains(swept, axis.short) {
			t.Errorf("%s is the short name of no setting", axis.short)
		}
		tag, _, _ := strings.Cut(fields.Type().Field(i+1).Tag.Get("json"), ",")
		if fields.Field(i+1).Addr().Interface() != axis.Values || axis.Flag != strings.ReplaceAll(tag, "_", "-") {
			t.Errorf("axis %d is %s, the field %s", i, axis.Flag, tag)
		}
	}
}

// TestDummyAxis: a setting becomes an axis by its row and a list of values.
func TestDummyAxis(t *testing.T) {
	dummy := config.Setting[int]{
		JSON: "dummy_size", Label: "the dummy size", Short: "dummy", Rebuilds: config.LossOnly,
		Field: func(c *config.Config) *int { return &c.SampleTokens },
	}
	sizes, betas := []int{3, 4}, []float64{0.1, 0.3}
	axes := []Axis{axis(dummy, &sizes, "dummy-sizes", ""), axis(config.Beta, &betas, "betas", "")}
	list := points(config.Default(), axes)
	if want := []string{"dummy-3,beta-0.1", "dummy-3,beta-0.3", "dummy-4,beta-0.1", "dummy-4,beta-0.3"}; !slices.Equal(pointNames(list), want) {
		t.Errorf("the points are %q, want %q", pointNames(list), want)
	}
	if list[2].Config.SampleTokens != 4 || axes[0].Single != "dummy-size" {
		t.Errorf("the third point is %+v; one value has the flag %s", list[2].Config, axes[0].Single)
	}
	sizes = []int{3, 3}
	if err := validate(config.Default(), axes); err == nil || err.Error() != "the sweep has dummy-3,beta-0.1 twice; give each value once" {
		t.Errorf("validated: %v", err)
	}
	sizes, betas = nil, nil
	if err := validate(config.Default(), axes); err == nil || err.Error() != "the sweep has no axis; give values of the dummy size or beta" {
		t.Errorf("without values: %v", err)
	}
}

// TestRanksOfAnInitialAdapter: an initial adapter has its rank in all runs.
func TestRanksOfAnInitialAdapter(t *testing.T) {
	g := Grid{Config: config.Default(), Ranks: []int{4, 8}}
	if err := g.Validate(); err != nil {
		t.Fatal(err)
	}
	g.Config.InitAdapter = "run"
	if err := g.Validate(); err == nil || !strings.Contains(err.Error(), "all runs would have the rank of the initial adapter run") {
		t.Errorf("with an initial adapter: %v", err)
	}
}
