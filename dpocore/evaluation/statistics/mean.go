package statistics

import "slices"

// Mean estimates the mean of one value per pair. groups has the number of each pair's prompt; both slices are [pairs].
func Mean(groups []int, values []float64) Estimate {
	return Bootstrap(groups, func(weights []float64) float64 { return weightedMean(weights, values) })
}

// Ratio estimates the sum of one value divided by the sum of another, such as nats per token.
func Ratio(groups []int, numerators, denominators []float64) Estimate {
	return Bootstrap(groups, func(weights []float64) float64 {
		sums := [2]float64{}
		for i, weight := range weights {
			sums[0] += weight * numerators[i]
			sums[1] += weight * denominators[i]
		}
		return sums[0] / sums[1]
	})
}

// Share estimates the share of pairs with some property, such as being ranked correctly.
func Share(groups []int, has []bool) Estimate {
	values := make([]float64, len(has))
	for i, yes := range has {
		if yes {
			values[i] = 1
		}
	}
	return Rate(groups, values)
}

// Rate estimates the mean of values between 0 and 1, such as a judge's verdicts. Its interval adds two successes and two
// failures to the measured pairs (Agresti and Coull 1998); without them, 20 correct out of 20 would have no uncertainty.
func Rate(groups []int, values []float64) Estimate { return meanWithPrior(groups, values, 1, 0, 1, 0) }

// meanWithPrior estimates a mean. Its interval also counts the prior values, each as a separate prompt.
func meanWithPrior(groups []int, values []float64, prior ...float64) Estimate {
	e := Estimate{Value: plainMean(values)}
	nextGroup := slices.Max(append([]int{-1}, groups...)) + 1
	groups, values = slices.Clone(groups), append(slices.Clone(values), prior...)
	for i := range prior {
		groups = append(groups, nextGroup+i)
	}
	low, high := interval(groups, Resamples, func(weights []float64) float64 { return weightedMean(weights, values) })
	e.Low, e.High = min(low, e.Value), max(high, e.Value)
	return e
}

func weightedMean(weights, values []float64) float64 {
	sum, total := 0.0, 0.0
	for i, weight := range weights {
		sum += weight * values[i]
		total += weight
	}
	return sum / total
}

func plainMean(values []float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}
