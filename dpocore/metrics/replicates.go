package metrics

import (
	"math"
	"slices"
)

// Replicates is a metric of runs that differ only in their seed, over the steps that any of them has made.
type Replicates struct {
	Name                   string // of their setting
	Runs                   int
	Steps, Mean, Low, High []float64
}

// Replicate averages a metric over the runs that have a step, each value divided by the run's divisor.
func Replicate(name, metric string, runs []History, divisors []float64) Replicates {
	r := Replicates{Name: name, Runs: len(runs)}
	values := map[float64][]float64{}
	for i, run := range runs {
		steps, series, _ := run.Series(metric)
		for j, value := range series {
			values[steps[j]] = append(values[steps[j]], value/divisors[i])
		}
	}
	for step := range values {
		r.Steps = append(r.Steps, step)
	}
	slices.Sort(r.Steps)
	for _, step := range r.Steps {
		low, high, sum := math.Inf(1), math.Inf(-1), 0.0
		for _, value := range values[step] {
			low, high, sum = math.Min(low, value), math.Max(high, value), sum+value
		}
		r.Mean = append(r.Mean, sum/float64(len(values[step])))
		r.Low, r.High = append(r.Low, low), append(r.High, high)
	}
	return r
}
