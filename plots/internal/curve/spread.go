package curve

// Spread widens the range of an axis to at least minSpan and adds a margin; labelled makes room for a label at its top. An empty range
// becomes 0 to 1.
func Spread(low, high, minSpan float64, labelled bool) (float64, float64) {
	if low > high {
		return 0, 1
	}
	if short := max(minSpan, 1e-6*max(-low, high), 1e-9) - (high - low); short > 0 {
		low, high = low-short/2, high+short/2
	}
	margin := 0.06 * (high - low)
	if labelled {
		return low - margin, high + 1.5*margin
	}
	return low - margin, high + margin
}
