package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"example.com/gonb-dpo/dpocore/metrics"
)

// oddRuns is unusual records that a figure must handle.
func oddRuns() map[string]metrics.History {
	runs := map[string]metrics.History{"empty": {}, "zero rows": {Steps: make([]metrics.Event, 3)}}
	for _, steps := range []int{1, 2, 7, 8, 9, 50, 201, 2000} {
		runs[fmt.Sprint(steps, " steps")] = syntheticRun(steps, max(1, steps/5), 0.9)
	}
	constant := syntheticRun(30, 10, 0)
	runs["constant"] = constant
	for name, bad := range map[string]float64{"NaN": nan, "+Inf": math.Inf(1), "-Inf": math.Inf(-1), "1e300": 1e300} {
		some, all := syntheticRun(40, 10, 0.9), syntheticRun(20, 10, 0.9)
		for i := range some.Steps {
			if i%7 == 3 || i > 35 {
				some.Steps[i].Loss, some.Steps[i].RewardsChosen, some.Steps[i].LogpsRejected = bad, bad, bad
			}
		}
		for i := range all.Steps {
			all.Steps[i] = metrics.Event{Step: i + 1, PairMeans: metrics.PairMeans{Loss: bad, RewardsChosen: bad, RewardsRejected: bad, RewardsAccuracies: bad, RewardsMargins: bad, LogpsChosen: bad, LogpsRejected: bad}}
		}
		for i := range all.Evaluations {
			all.Evaluations[i].Loss, all.Evaluations[i].RewardsChosen = bad, bad
		}
		runs["some "+name], runs["all "+name] = some, all
	}
	return runs
}

func figuresOf(h metrics.History) []Figure {
	return []Figure{Overview(h), Loss(h), Rewards(h), Margin(h), Accuracy(h), LogProbs(h), Heldout(h)}
}

// Every figure of every odd run is well-formed SVG with a title and without a
// coordinate that isn't a number.
func TestEveryRunCanBeDrawn(t *testing.T) {
	for name, h := range oddRuns() {
		for _, f := range figuresOf(h) {
			var document bytes.Buffer
			if err := f.SVG(&document); err != nil {
				t.Errorf("%s of a run with %s: %v", f.Name, name, err)
				continue
			}
			text := svgText(t, document.Bytes())
			if title := f.panels[0][0].title; !slices.Contains(text, title) {
				t.Errorf("%s of a run with %s has no title %q: %q", f.Name, name, title, text)
			}
			for _, bad := range []string{"NaN", "Inf", "%!"} {
				if bytes.Contains(document.Bytes(), []byte(bad)) {
					t.Errorf("%s of a run with %s: the SVG contains %s", f.Name, name, bad)
				}
			}
			if !strings.Contains(document.String(), "Liberation Sans,Arial") || strings.Contains(document.String(), "Serif") {
				t.Errorf("%s of a run with %s: not all text is sans serif", f.Name, name)
			}
		}
	}
}

// svgText checks that the document is well-formed and returns its texts.
func svgText(t *testing.T, document []byte) (text []string) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if data, ok := token.(xml.CharData); ok {
			text = append(text, strings.TrimSpace(string(data)))
		}
	}
}

func TestPNGHas200DotsAnInch(t *testing.T) {
	for name, h := range map[string]metrics.History{"nothing": {}, "one step": syntheticRun(1, 0, 0.9), "NaN": oddRuns()["some NaN"]} {
		var picture bytes.Buffer
		if err := Loss(h).PNG(&picture); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		config, err := png.DecodeConfig(&picture)
		if err != nil || config.Width != 1400 || config.Height != 840 {
			t.Errorf("%s: %d by %d pixels, error %v; want 7 by 4.2 inches", name, config.Width, config.Height, err)
		}
	}
}

func TestAFigureThatCantBeDrawnSaysWhy(t *testing.T) {
	tooSmall, nowhere, huge := Overview(syntheticRun(20, 5, 1)), Loss(metrics.History{}), Loss(metrics.History{})
	tooSmall.Width, tooSmall.Height = 2*vg.Inch, 2*vg.Inch
	nowhere.Width = vg.Length(nan)
	huge.Height = 1e6 * vg.Inch
	for fault, f := range map[string]Figure{
		"it has no panels":            {Name: "loss", Width: 100, Height: 100},
		"make the figure larger":      tooSmall,
		"it is NaN by 4.2 inches":     nowhere,
		"set both sides from 1 to 40": huge,
	} {
		for _, render := range []func(io.Writer) error{f.PNG, f.SVG} {
			if err := render(io.Discard); err == nil || !strings.Contains(err.Error(), fault) {
				t.Errorf("error %v, want one with %q", err, fault)
			}
		}
	}
}

func TestWriteRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	names := func() string {
		entries, err := os.ReadDir(filepath.Join(dir, "plots"))
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range entries {
			all = append(all, e.Name())
		}
		return strings.Join(all, " ")
	}
	if err := WriteRun(dir, syntheticRun(3, 0, 1)); err != nil {
		t.Fatal(err)
	}
	const six = "accuracy.png accuracy.svg %slogprobs.png logprobs.svg loss.png loss.svg margin.png margin.svg overview.png overview.svg rewards.png rewards.svg"
	if got, want := names(), fmt.Sprintf(six, ""); got != want {
		t.Errorf("without evaluations: %s\nwant %s", got, want)
	}
	if err := WriteRun(dir, syntheticRun(4, 2, 1)); err != nil { // over the first
		t.Fatal(err)
	}
	if got, want := names(), fmt.Sprintf(six, "heldout.png heldout.svg "); got != want {
		t.Errorf("with evaluations: %s\nwant %s", got, want)
	}
	bad := Loss(metrics.History{})
	bad.Name = "../loss"
	if err := WriteFigures(dir, bad); err == nil || !strings.Contains(err.Error(), `"../loss" is not a valid file name`) {
		t.Errorf("error %v", err)
	}
}

// On a dark page an SVG is as readable as the PNG: its first shape is a white rectangle of the figure's size, in points from its origin.
func TestSVGIsOnWhite(t *testing.T) {
	var document bytes.Buffer
	if err := Loss(syntheticRun(10, 0, 0.9)).SVG(&document); err != nil {
		t.Fatal(err)
	}
	_, shapes, _ := strings.Cut(document.String(), "<path")
	first, _, _ := strings.Cut(shapes, "/>")
	if !strings.Contains(first, "fill:#FFFFFF") || !strings.Contains(first, `d="M0,0`) {
		t.Errorf("the first shape is %s", first)
	}
}
