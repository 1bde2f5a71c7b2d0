package statistics

import (
	"math"
	"testing"
)

// 17 of 20 with 95 % confidence: 0.640 to 0.948 by Wilson's formula, with z = 1.96: (0.85 + 0.0960)/(1.1921) ± 0.1543.
func TestWilson(t *testing.T) {
	if low, high := Wilson(0.85, 20); math.Abs(low-0.640) > 5e-4 || math.Abs(high-0.948) > 5e-4 {
		t.Errorf("%.4f to %.4f", low, high)
	}
	if low, high := Wilson(0, 0); low != 0 || high != 1 {
		t.Errorf("no pairs give %g to %g", low, high)
	}
}
