// Package statistics quantifies the uncertainty of evaluation metrics: confidence intervals, a paired test,
// length-controlled accuracy, calibration and repetition.
//
// Start with [Mean] and [Share]. Pairs of the same prompt are not independent: four ranked answers make six pairs. So every
// interval is a bootstrap over prompts (Efron 1979; for resampling whole groups, Field and Welsh 2007), while every mean is
// over pairs. The random seed is fixed, so the same values always give the same interval.
//
// The package uses only the standard library.
package statistics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// An Estimate is a value with its 95 % confidence interval, assuming that the pairs are a representative sample.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Above reports whether the whole interval is above a level.
func (e Estimate) Above(level float64) bool { return e.Low > level }

// Below reports whether the whole interval is below a level.
func (e Estimate) Below(level float64) bool { return e.High < level }

// Times scales the value and its interval by a positive factor.
func (e Estimate) Times(factor float64) Estimate {
	return Estimate{factor * e.Value, factor * e.Low, factor * e.High}
}

// String formats the estimate with three decimals: "0.817 (0.700 to 0.900)".
func (e Estimate) String() string { return fmt.Sprintf("%.3f (%.3f to %.3f)", e.Value, e.Low, e.High) }

// Resamples is the number of bootstrap resamples.
const Resamples = 2000

const (
	seed     = 20261125
	normal95 = 1.959964 // the 97.5 % quantile of the normal distribution
)

// Bootstrap estimates a statistic. groups has the number of each pair's prompt, [pairs]. statistic computes a value from
// the pairs, each counted with its weight, [pairs]. The interval is the expanded percentile interval of Hesterberg 2015
// (https://arxiv.org/abs/1411.5279): percentiles of the resampled values, moved outwards to correct for few groups.
func Bootstrap(groups []int, statistic func(weights []float64) float64) Estimate {
	weights := make([]float64, len(groups))
	for i := range weights {
		weights[i] = 1
	}
	e := Estimate{Value: statistic(weights)}
	e.Low, e.High = interval(groups, Resamples, statistic)
	e.Low, e.High = min(e.Low, e.Value), max(e.High, e.Value)
	return e
}

// interval resamples groups and returns the two percentiles. It ignores resamples whose value is NaN. With a single group
// the interval is unbounded.
func interval(groups []int, resamples int, statistic func(weights []float64) float64) (low, high float64) {
	members, count := renumber(groups)
	if count < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(groups))))
	drawn := make([]float64, count)
	weights := make([]float64, len(groups))
	values := make([]float64, 0, resamples)
	for range resamples {
		clear(drawn)
		for range count {
			drawn[random.IntN(count)]++
		}
		for i, member := range members {
			weights[i] = drawn[member]
		}
		if value := statistic(weights); !math.IsNaN(value) {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	slices.Sort(values)
	tail := expandedTail(count)
	return quantile(values, tail), quantile(values, 1-tail)
}

// renumber numbers the groups from 0 without gaps.
func renumber(groups []int) (members []int, count int) {
	numbers := map[int]int{}
	members = make([]int, len(groups))
	for i, group := range groups {
		number, exists := numbers[group]
		if !exists {
			number = len(numbers)
			numbers[group] = number
		}
		members[i] = number
	}
	return members, len(numbers)
}

// expandedTail is the share to cut off at each end for a 95 % interval: Φ(−√(n/(n−1))·t), where t is the 97.5 % quantile of
// Student's t-distribution with n−1 degrees of freedom, from the first terms of its expansion (Abramowitz and Stegun 26.7.5).
func expandedTail(n int) float64 {
	const z = normal95
	v := float64(n - 1)
	t := z + (z*z*z+z)/(4*v) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*v*v)
	return math.Erfc(math.Sqrt(float64(n)/v)*t/math.Sqrt2) / 2
}

// quantile interpolates linearly between sorted values.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	if sorted[below] == sorted[above] { // also avoids ∞ − ∞
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// bounds is the JSON form of an estimate. JSON has no infinity, so an unbounded end, as with a single prompt, is null.
type bounds struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// MarshalJSON writes the estimate, with null for an unbounded end.
func (e Estimate) MarshalJSON() ([]byte, error) {
	b := bounds{Value: e.Value}
	if !math.IsInf(e.Low, 0) {
		b.Low = &e.Low
	}
	if !math.IsInf(e.High, 0) {
		b.High = &e.High
	}
	return json.Marshal(b)
}

// UnmarshalJSON reads an estimate; a null bound is infinite.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var b bounds
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	*e = Estimate{b.Value, math.Inf(-1), math.Inf(1)}
	if b.Low != nil {
		e.Low = *b.Low
	}
	if b.High != nil {
		e.High = *b.High
	}
	return nil
}
