package statistics

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

// Share estimates the share of pairs that have some property, such as being ranked right. For its interval two pairs
// that have it and two that have not are put beside the measured ones, each a prompt of its own: Agresti and Coull's
// "add two successes and two failures" (1998), without which twenty right out of twenty would be certain.
func Share(groups []int, has []bool) Estimate {
	values := make([]float64, len(has), len(has)+4)
	free := 0
	for i, yes := range has {
		if yes {
			values[i] = 1
		}
		free = max(free, groups[i]+1)
	}
	e := Estimate{Value: plainMean(values)}
	more := append([]int{}, groups...)
	for i := range 4 {
		values, more = append(values, float64(i%2)), append(more, free+i)
	}
	low, high := interval(more, Resamples, func(weights []float64) float64 { return weightedMean(weights, values) })
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
