package statistics

import "math"

// Wilson is the 95 % score interval of a proportion of n (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953).
func Wilson(share float64, n int) (low, high float64) {
	const z = 1.959964
	if n < 1 {
		return 0, 1
	}
	count := float64(n)
	center := (share + z*z/(2*count)) / (1 + z*z/count)
	half := z * math.Sqrt(share*(1-share)/count+z*z/(4*count*count)) / (1 + z*z/count)
	return max(0, center-half), min(1, center+half)
}
