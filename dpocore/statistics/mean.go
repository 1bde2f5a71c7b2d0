package statistics

import "slices"

// Mean estimates the mean of one figure a pair. A pair's group is its prompt; len(groups) is len(values).
func Mean(groups []int, values []float64) Estimate {
	return Bootstrap(groups, func(weights []float64) float64 { return weightedMean(weights, values) })
}

// Ratio estimates Σ of one figure over Σ of another, such as nats over tokens.
func Ratio(groups []int, above, below []float64) Estimate {
	return Bootstrap(groups, func(weights []float64) float64 {
		sums := [2]float64{}
		for i, weight := range weights {
			sums[0] += weight * above[i]
			sums[1] += weight * below[i]
		}
		return sums[0] / sums[1]
	})
}

// Share estimates the share of pairs that have some property, such as being ranked right.
func Share(groups []int, has []bool) Estimate {
	values := make([]float64, len(has))
	for i, yes := range has {
		if yes {
			values[i] = 1
		}
	}
	return Rate(groups, values)
}

// Rate estimates the mean of figures between 0 and 1, such as a judge's verdicts. For its interval two pairs of 1 and two
// of 0 are put beside the measured ones: Agresti and Coull's "add two successes and two failures" (1998), without which
// twenty right out of twenty would be certain.
func Rate(groups []int, values []float64) Estimate { return meanBeside(groups, values, 1, 0, 1, 0) }

// meanBeside estimates a mean, with more pairs beside the measured ones for its interval, each a prompt of its own.
func meanBeside(groups []int, values []float64, more ...float64) Estimate {
	e := Estimate{Value: plainMean(values)}
	free := slices.Max(append([]int{-1}, groups...)) + 1
	groups, values = slices.Clone(groups), append(slices.Clone(values), more...)
	for i := range more {
		groups = append(groups, free+i)
	}
	low, high := interval(groups, Resamples, func(weights []float64) float64 { return weightedMean(weights, values) })
	e.Low, e.High = min(low, e.Value), max(high, e.Value)
	return e
}

func weightedMean(weights, values []float64) float64 {
	sum, all := 0.0, 0.0
	for i, weight := range weights {
		sum += weight * values[i]
		all += weight
	}
	return sum / all
}

func plainMean(values []float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}
