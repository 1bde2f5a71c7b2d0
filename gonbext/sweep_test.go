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

func grid(c config.Config, axes ...Axis) sweep.Grid {
	s := sweep.Grid{Config: c}
	for _, axis := range axes {
		axis(&s)
	}
	return s
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
	s := grid(c, Betas(0.1, 0.3))
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
		"The sweep has no axis; give values of beta, the learning rate, the LoRA rank or the loss type.": grid(c),
		"Beta is 0; it must be above 0 (0.1 is a good start).":                                           grid(c, Betas(0, 0.1)),
		"There are no pairs; load some with gonbext.Load(\"builtin\").":                                  grid(c, LearningRates(1e-5), Ranks(4, 8), LossTypes("sigmoid", "ipo")),
	} {
		if err := runSweep(t.Context(), t.TempDir(), s, Pairs{}); err == nil || output.Sentence(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
