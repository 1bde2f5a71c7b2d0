// Package finite tells numbers from infinities and NaN.
package finite

import "math"

// Is reports whether x is a number: neither infinite nor NaN.
func Is(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Mean is the mean of the finite numbers among xs, or NaN without any.
func Mean(xs []float64) float64 {
	sum, count := 0., 0.
	for _, x := range xs {
		if Is(x) {
			sum, count = sum+x, count+1
		}
	}
	return sum / count
}
