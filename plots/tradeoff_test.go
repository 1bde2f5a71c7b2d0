package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

// One point per run, at the accuracies and margins of its last evaluation.
func TestTradeoffHasAPointPerRun(t *testing.T) {
	runs := []Run{{"helpful", mixedRun(50, 10, 0.8, 0.1, 0.1)}, {"no mix", syntheticRun(50, 10, 0.9)}, {"truthful", mixedRun(50, 10, 0.1, 0.1, 0.8)}}
	f, err := Tradeoff("helpfulness", "truthfulness", runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.panels[0] {
		var names []string
		for _, e := range p.entries() {
			names = append(names, e.Label)
		}
		if !slices.Equal(names, []string{"helpful", "truthful"}) {
			t.Errorf("%s has the points %q", p.title, names)
		}
	}
	last := runs[0].History.Evaluations[4].Objectives
	point := f.panels[0][1].lines[0].points[0]
	if point.X != last[1].RewardsMargins || point.Y != last[2].RewardsMargins {
		t.Errorf("the first run's margins are %v, its last evaluation has %v", point, last)
	}
	var document bytes.Buffer
	if err := f.SVG(&document); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"helpfulness", "truthfulness", "Held-out accuracy, with 95% intervals"} {
		if !slices.Contains(svgText(t, document.Bytes()), text) {
			t.Errorf("the picture lacks %q", text)
		}
	}
	if _, err := Tradeoff("helpfulness", "kindness", runs); err == nil || !strings.Contains(err.Error(), "kindness against helpfulness: no run has") {
		t.Errorf("an objective that no run has: %v", err)
	}
}

func TestObjectivesAreDrawnIfAny(t *testing.T) {
	dir := t.TempDir()
	for name, h := range map[string]metrics.History{"plain": syntheticRun(10, 5, 0.9), "mixed": mixedRun(10, 5, 0.4, 0.3, 0.3), "unscored": mixedRun(10, 0, 1, 0, 0)} {
		if err := WriteRun(filepath.Join(dir, name), h); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(filepath.Join(dir, name, "plots", "objectives.png"))
		if (err == nil) != (name != "plain") {
			t.Errorf("%s: objectives.png exists: %v", name, err == nil)
		}
	}
	lines := Objectives(mixedRun(50, 0, 0.4, 0.3, 0.3)).panels[0][0].lines
	if len(lines) != 4 || len(lines[1].points) != 50 {
		t.Errorf("without held-out pairs: %d lines, of %d points", len(lines), len(lines[1].points))
	}
}

func TestOverlayOfAnObjective(t *testing.T) {
	runs := []Run{{"a", mixedRun(50, 10, 0.8, 0.1, 0.1)}, {"b", mixedRun(50, 10, 0.1, 0.1, 0.8)}}
	f, err := Overlay("eval_rewards/accuracies/truthfulness", runs)
	if err != nil {
		t.Fatal(err)
	}
	if p := f.panels[0][0]; p.title != "Reward accuracy, truthfulness, held-out pairs" || !p.percent || len(p.lines) != 2 {
		t.Errorf("titled %q, with %d lines", p.title, len(p.lines))
	}
	if f.Name != "eval_rewards_accuracies_truthfulness" {
		t.Errorf("named %q", f.Name)
	}
	if _, err := Overlay("eval_rewards/accuracies/kindness", runs); err == nil {
		t.Error("an objective that no run has was accepted")
	}
}
