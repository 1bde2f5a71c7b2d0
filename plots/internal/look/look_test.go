package look

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

// No two of the 42 looks have the same colour and the same dashes, nor the same colour and the same mark.
func TestLooksDiffer(t *testing.T) {
	lines, marks := map[string]int{}, map[string]int{}
	for i := range 42 {
		l := Of(i)
		for name, seen := range map[string]map[string]int{
			fmt.Sprint(l.Color, l.Dashes): lines, fmt.Sprintf("%v %T", l.Color, l.Mark): marks,
		} {
			if other, exists := seen[name]; exists {
				t.Errorf("series %d and %d both are %s", other, i, name)
			}
			seen[name] = i
		}
	}
}

// The colours differ, also with each of the three kinds of colour blindness, and are visible on white.
// Distances are of linear RGB after the matrices of Viénot, Brettel and Mollon (1999) for protanopia and deuteranopia, and of Machado et al. (2009) for tritanopia,
// in CIE L*a*b*, where 2.3 is just noticeable.
func TestColoursDiffer(t *testing.T) {
	sights := map[string][9]float64{
		"full":         {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"protanopia":   {0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1},
		"deuteranopia": {0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1},
		"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
	}
	white := color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF}
	const distinct, visible = 10, 25
	for sight, m := range sights {
		for i, a := range colors {
			if d := distance(a, white, m); d < visible {
				t.Errorf("%s: colour %d is %.1f from white", sight, i, d)
			}
			for j, b := range colors[:i] {
				if d := distance(a, b, m); d < distinct {
					t.Errorf("%s: colours %d and %d are %.1f apart", sight, j, i, d)
				}
			}
		}
	}
}

func distance(a, b color.NRGBA, sight [9]float64) float64 {
	p, q := lab(a, sight), lab(b, sight)
	return math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
}

// lab is a colour in L*a*b* (D65) as it is seen.
func lab(c color.NRGBA, m [9]float64) [3]float64 {
	var rgb [3]float64
	for i, v := range []uint8{c.R, c.G, c.B} {
		s := float64(v) / 255
		rgb[i] = s / 12.92
		if s > 0.04045 {
			rgb[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	seen := func(i int) float64 { return min(1, max(0, m[3*i]*rgb[0]+m[3*i+1]*rgb[1]+m[3*i+2]*rgb[2])) }
	r, g, b := seen(0), seen(1), seen(2)
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x := f((0.4124*r + 0.3576*g + 0.1805*b) / 0.95047)
	y := f(0.2126*r + 0.7152*g + 0.0722*b)
	z := f((0.0193*r + 0.1192*g + 0.9505*b) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}
