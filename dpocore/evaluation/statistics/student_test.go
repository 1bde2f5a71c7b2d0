package statistics

import (
	"math"
	"testing"
)

// The two-sided 5 % and 1 % quantiles of Student's t, from the tables (Abramowitz and Stegun 26.10), and closed forms: with one degree of
// freedom the tail is 1 − 2·atan(t)/π, with two 1 − t/√(2+t²).
func TestStudent(t *testing.T) {
	for _, c := range []struct{ df, p, quantile float64 }{
		{1, 0.05, 12.706}, {2, 0.05, 4.303}, {4, 0.05, 2.776}, {10, 0.01, 3.169}, {60, 0.05, 2.000}, {math.Inf(1), 0.05, 1.960}, {1e7, 0.01, 2.576},
	} {
		if got := tailT(c.quantile, c.df); math.Abs(got-c.p) > 6e-5 { // which half of a quantile's last digit makes at most
			t.Errorf("the tail of %g with %g degrees of freedom is %.5f, want %g", c.quantile, c.df, got, c.p)
		}
	}
	for _, x := range []float64{0.1, 1, 3, 20} {
		if got, want := tailT(x, 1), 1-2*math.Atan(x)/math.Pi; math.Abs(got-want) > 1e-10 {
			t.Errorf("the tail of %g is %g, want %g", x, got, want)
		}
		if got, want := tailT(x, 2), 1-x/math.Sqrt(2+x*x); math.Abs(got-want) > 1e-10 {
			t.Errorf("the tail of %g is %g, want %g", x, got, want)
		}
	}
}
