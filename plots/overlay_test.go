package plots

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/metrics"
)

func TestOverlayDrawsEveryMetric(t *testing.T) {
	runs := []Run{{"β = 0.05", syntheticRun(50, 10, 0.3)}, {"β = 0.3", syntheticRun(30, 10, 0.9)}, {"", metrics.History{}}}
	for _, metric := range metrics.Names() {
		f, err := Overlay(metric, runs)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ReplaceAll(metric, "/", "_"); f.Name != want {
			t.Errorf("the figure of %s is named %q, want %q", metric, f.Name, want)
		}
		var document bytes.Buffer
		if err := f.SVG(&document); err != nil {
			t.Fatalf("%s: %v", metric, err)
		}
		text := svgText(t, document.Bytes())
		for _, name := range []string{"β = 0.05", "β = 0.3"} {
			if !slices.Contains(text, name) {
				t.Errorf("the legend of %s lacks %q: %q", metric, name, text)
			}
		}
	}
}

// Held-out points and metrics without noise are drawn unsmoothed, the others as
// trends.
func TestOverlaySmoothsOnlyWhatIsNoisy(t *testing.T) {
	h := syntheticRun(50, 5, 0.9)
	for metric, smoothed := range map[string]bool{"loss": true, "grad_norm": true, "learning_rate": false, "eval_loss": false} {
		f, err := Overlay(metric, []Run{{"run", h}})
		if err != nil {
			t.Fatal(err)
		}
		lines := f.panels[0][0].lines
		same := slices.Equal(lines[len(lines)-1].points, series(h, metric))
		if same == smoothed || strings.Contains(f.panels[0][0].yLabel, "(trend)") != smoothed {
			t.Errorf("%s: drawn as it is: %v; want smoothed: %v", metric, same, smoothed)
		}
	}
}

func TestOverlayOfNoSuchMetric(t *testing.T) {
	_, err := Overlay("accuracy", []Run{{"a", metrics.History{}}})
	if err == nil || !strings.Contains(err.Error(), `"accuracy"`) || !strings.Contains(err.Error(), "rewards/accuracies") {
		t.Errorf("error %v, want one with the name and the known metrics", err)
	}
	if _, err := Overlay("accuracy", nil); err == nil {
		t.Error("an unknown name was accepted without runs")
	}
}

// A sweep of many runs makes the figure higher, and no two lines look the same.
func TestManyRuns(t *testing.T) {
	var runs []Run
	for i := range 40 {
		runs = append(runs, Run{fmt.Sprintf("runs/a-name-of-some-length/beta-%d", i), syntheticRun(10, 0, 0.9)})
	}
	f, err := Overlay("loss", runs)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SVG(io.Discard); err != nil {
		t.Fatal(err)
	}
	if f.Height <= Loss(metrics.History{}).Height {
		t.Errorf("the figure is %g high, no more than one with a short legend", f.Height)
	}
	looks := map[string]bool{}
	for _, l := range f.panels[0][0].lines {
		looks[fmt.Sprint(l.color, l.dashes)] = true
	}
	if len(looks) != len(runs) {
		t.Errorf("%d looks of %d lines", len(looks), len(runs))
	}
}

func TestLinesTakesWhatIsThere(t *testing.T) {
	f := Lines("Title", "unit", Series{X: []float64{1, 2, 3}, Y: []float64{4}}, Series{Name: "none"})
	lines := f.panels[0][0].lines
	if len(lines[0].points) != 1 || lines[0].label != "series 1" || len(lines[1].points) != 0 {
		t.Errorf("got %+v", lines)
	}
	if err := f.PNG(io.Discard); err != nil {
		t.Error(err)
	}
}
