package views

import (
	"strings"
	"testing"
)

// The walkthrough's example: beta 0.1, gains 3 and −2. And margins that exp would overflow on, at the ends of the axis.
func TestLossCurve(t *testing.T) {
	for _, c := range []struct {
		v    LossCurve
		want []string
	}{
		{LossCurve{0.1, 3, -2}, []string{"= 0.50: the pair is ranked correctly", "= 0.474", "σ(−margin) = 0.378", "beta · weight = 0.0378", `cx="281.9"`}},
		{LossCurve{0.5, -2, 2}, []string{"= −2.00: the pair is ranked incorrectly", "= 2.127", "σ(−margin) = 0.881", "beta · weight = 0.4404"}},
		{LossCurve{0.1, 0, 0}, []string{"= 0.00: the two rewards are equal", "= 0.693", "σ(−margin) = 0.500", `cx="255.0"`}},
		{LossCurve{10, 1000, -1000}, []string{"= 20000.00: ", "= 0.000", "= 0.0000", `cx="470.0"`}},
		{LossCurve{10, -1000, 1000}, []string{"= −20000.00: ", "= 20000.000", "σ(−margin) = 1.000", `cx="40.0" cy="10.0"`}},
	} {
		html, text := string(c.v.HTML()+c.v.drawing()), c.v.Text()
		for _, want := range c.want {
			if !strings.Contains(html, want) {
				t.Errorf("%+v has no %q: %s", c.v, want, html)
			}
			if !strings.HasPrefix(want, "cx=") && !strings.Contains(text, want) {
				t.Errorf("%+v has no %q: %s", c.v, want, text)
			}
		}
	}
}
