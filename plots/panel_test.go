package plots

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"example.com/gonb-dpo/plots/internal/curve"
	"example.com/gonb-dpo/plots/internal/look"
)

var nan = math.NaN()

// values is a line over the steps from 1.
func values(ys ...float64) plotter.XYs {
	line := make(plotter.XYs, len(ys))
	for i, y := range ys {
		line[i] = plotter.XY{X: float64(i + 1), Y: y}
	}
	return line
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		name                   string
		panel                  panel
		xLow, xHigh, low, high float64
	}{
		{"nothing", panel{}, 0, 10, 0, 1},
		{"one point", panel{lines: []line{{points: values(2)}}, minSpan: 1}, 0, 1.5, 1.44, 2.56},
		{"constant zero", panel{lines: []line{{points: values(0, 0)}}, minSpan: 0.1}, 0, 2.5, -0.056, 0.056},
		{"percent", panel{lines: []line{{points: values(0.4, 0.5)}}, percent: true}, 0, 2.5, -0.03, 1.03},
		{"a reference above, with room for its label", panel{
			lines: []line{{points: values(0, nan, 0.5)}}, references: []reference{{level: 1, label: "one"}},
		}, 0, 3.5, -0.06, 1.09},
	} {
		xLow, xHigh := c.panel.xRange()
		low, high := c.panel.yRange()
		for i, d := range []float64{xLow - c.xLow, xHigh - c.xHigh, low - c.low, high - c.high} {
			if math.Abs(d) > 1e-9 {
				t.Errorf("%s: x from %g to %g, y from %g to %g; number %d is off by %g", c.name, xLow, xHigh, low, high, i+1, d)
			}
		}
	}
}

func TestAnAxisBeginsLateForLateSteps(t *testing.T) {
	late := curve.Points([]float64{900, 1000}, []float64{1, 2})
	if low, high := (panel{lines: []line{{points: late}}}).xRange(); low != 898.5 || high != 1001.5 {
		t.Errorf("x from %g to %g, want 1.5%% of 100 beyond 900 and 1000", low, high)
	}
}

func TestCrossings(t *testing.T) {
	box := vg.Rectangle{Min: vg.Point{X: 10, Y: 10}, Max: vg.Point{X: 20, Y: 20}}
	same := func(x float64) vg.Length { return vg.Length(x) }
	for _, c := range []struct {
		name   string
		xs, ys []float64
		want   int
	}{
		{"through: of x = 0, 10, 20, 30 two are inside", []float64{0, 40}, []float64{15, 15}, 2},
		{"below", []float64{0, 40}, []float64{5, 5}, 0},
		{"a point before a gap counts at its 4 places", []float64{12, 14}, []float64{15, nan}, 4},
	} {
		if got := crossings(box, curve.Points(c.xs, c.ys), same, same); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// A label is above its level at the right; data there moves it below.
func TestReferenceLabelAvoidsTheData(t *testing.T) {
	level := reference{level: 0.5, label: "coin toss"}
	height := func(y float64) float64 {
		p := panel{lines: []line{{points: values(slices.Repeat([]float64{y}, 30)...), color: look.Blue, width: lineWidth}}, references: []reference{level}, percent: true}
		return labelHeight(t, p, level.label)
	}
	free, below := height(0.1), height(0.54)
	if free <= below {
		t.Errorf("baseline at %g where the line is far, at %g where it runs above the level", free, below)
	}
}

// labelHeight draws a panel as SVG and returns the height of a text's baseline.
func labelHeight(t *testing.T, p panel, label string) float64 {
	t.Helper()
	var document strings.Builder
	if err := single("test", p).SVG(&document); err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`<text x="[^"]*" y="-([0-9.]+)"[^>]*>` + label + `</text>`)
	found := pattern.FindStringSubmatch(document.String())
	if found == nil {
		t.Fatalf("%q is not in the picture", label)
	}
	height, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return height
}
