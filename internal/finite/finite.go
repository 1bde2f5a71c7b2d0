// Package finite tells numbers from infinities and NaN.
package finite

import "math"

// Is reports whether x is a number: neither infinite nor NaN.
func Is(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
