package gonbext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/output"
)

func gridOf(t *testing.T, c config.Config, axes ...Axis) sweep.Grid {
	t.Helper()
	g, err := grid(c, axes...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSweepOutsideANotebook(t *testing.T) {
	useTinyModel(t)
	t.Setenv(cell.MaxSteps, "2")
	out := printing(t)
	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	c := shortConfig()
	c.SampleSteps = 0
	dir := filepath.Join(t.TempDir(), "runs")
	s := gridOf(t, c, Betas(0.1, 0.3))
	if err := runSweep(t.Context(), dir, s, p.HoldOut(0.25)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Only 2 steps per run instead of 20", "Run 1 of 2, beta-0.1: step 1 of 2", "Run 2 of 2, beta-0.3: step 2 of 2", "left for all runs",
		"curves.png", "held-out accuracy", "KL: how far the model has moved", "frontier.png", "beta-0.3",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q in\n%s", want, out)
		}
	}
	for _, file := range []string{"plots/curves.png", "plots/frontier.svg", "beta-0.3/plots/overview.png", "sweep.json"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
	out.Reset()
	if err := runSweep(t.Context(), dir, s, p.HoldOut(0.25)); err != nil || strings.Contains(out.String(), "step 1 of 2") || !strings.Contains(out.String(), "frontier.png") {
		t.Errorf("again: %v\n%s", err, out)
	}
}

func TestBadSweepCells(t *testing.T) {
	c := config.Default()
	for want, s := range map[string]sweep.Grid{
		"The sweep has no axis; give one setting or more with values, such as beta with 0.05, 0.1 and 0.3, or several seeds.": gridOf(t, c),
		"Beta is 0; it must be above 0 (0.1 is a good start).":                                                                gridOf(t, c, Betas(0, 0.1)),
		"There are no pairs; load some with gonbext.Load(\"builtin\").":                                                       gridOf(t, c, LearningRates(1e-5), Ranks(4, 8), LossTypes("sigmoid", "ipo")),
	} {
		if err := runSweep(t.Context(), t.TempDir(), s, Pairs{}); err == nil || output.Sentence(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Cells name settings as run.json does, with seeds, pairs of values and random ones.
func TestAxesOfCells(t *testing.T) {
	c := config.Default()
	zipped := gridOf(t, c, Vary("warmup_ratio", 0, 0.1), Betas(0.1, 0.3), Seeds(2), Zip())
	if got := zipped.Points(); len(got) != 4 || got[3].Name != "beta-0.3,warmup-ratio-0.1,seed-43" {
		t.Errorf("the points are %+v", got)
	}
	if got := gridOf(t, c, LossTypes("sigmoid", "ipo"), Samples(7, "learning_rate=1e-5:5e-4:log")).Points(); len(got) != 7 {
		t.Errorf("%d samples", len(got))
	}
	if got := gridOf(t, c, Vary("lora_modules", []string{"q_proj", "v_proj"}, []string{"all-linear"}), Vary("shuffle", true, false)).Points(); got[0].Name != "lora-modules-q_proj,v_proj,shuffle-true" {
		t.Errorf("lists and booleans are %+v", got[0])
	}
	for want, axis := range map[string]Axis{
		`unknown setting "betta"; did you mean beta?`:                                    Vary("betta", 1),
		"a sweep can't vary the checkpoint interval: it does not change what is learned": Vary("save_steps", 1),
		"the range of beta is from 1 to 0.1; the first must be lower than the second":    Samples(3, "beta=1:0.1"),
		"the number of seeds is 0; it must be at least 1 (3 is a good start)":            Seeds(0),
	} {
		if _, err := grid(c, axis); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
