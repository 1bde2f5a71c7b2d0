// Package statistics says how much a figure measured on some pairs can be trusted: intervals, a paired test, accuracy
// with the answers' length taken out, calibration, repetition.
//
// Start with [Mean] and [Share]. Pairs of one prompt are no independent witnesses: four ranked answers make six pairs.
// So every interval here is a bootstrap over prompts (Efron 1979; resampling whole groups: Field and Welsh 2007), while
// every mean is over pairs. Random numbers have a fixed seed: the same figures give the same interval.
//
// The package uses the standard library alone.
package statistics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// An Estimate is a figure with the interval that holds the true one with 95 % confidence, if the pairs are a fair
// sample of those that one cares for.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Above says whether all of the interval lies above a level.
func (e Estimate) Above(level float64) bool { return e.Low > level }

// Below says whether all of the interval lies below a level.
func (e Estimate) Below(level float64) bool { return e.High < level }

// Times scales figure and interval by a factor above 0.
func (e Estimate) Times(factor float64) Estimate {
	return Estimate{factor * e.Value, factor * e.Low, factor * e.High}
}

// String writes the estimate with three decimals, as "0.817 (0.700 to 0.900)".
func (e Estimate) String() string { return fmt.Sprintf("%.3f (%.3f to %.3f)", e.Value, e.Low, e.High) }

// Resamples is how often a bootstrap draws.
const Resamples = 2000

const (
	seed     = 20261125
	normal95 = 1.959964 // the 97.5 % quantile of the normal distribution
)

// Bootstrap estimates a statistic. groups names each pair's prompt by a number; statistic computes its figure from the
// pairs, each counted weight times, [pairs]. The interval is the expanded percentile interval of Hesterberg 2015
// (https://arxiv.org/abs/1411.5279): percentiles of the resampled figures, moved outwards by what few groups hide.
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

// interval resamples groups and returns the two percentiles. Resamples whose figure is not a number are left out.
func interval(groups []int, resamples int, statistic func(weights []float64) float64) (low, high float64) {
	members, count := numbered(groups)
	if count < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(groups))))
	drawn := make([]float64, count)
	weights := make([]float64, len(groups))
	figures := make([]float64, 0, resamples)
	for range resamples {
		clear(drawn)
		for range count {
			drawn[random.IntN(count)]++
		}
		for i, member := range members {
			weights[i] = drawn[member]
		}
		if figure := statistic(weights); !math.IsNaN(figure) {
			figures = append(figures, figure)
		}
	}
	if len(figures) == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	slices.Sort(figures)
	tail := expandedTail(count)
	return quantile(figures, tail), quantile(figures, 1-tail)
}

// numbered gives the groups numbers from 0 up without gaps.
func numbered(groups []int) (members []int, count int) {
	numbers := map[int]int{}
	members = make([]int, len(groups))
	for i, group := range groups {
		number, known := numbers[group]
		if !known {
			number = len(numbers)
			numbers[group] = number
		}
		members[i] = number
	}
	return members, len(numbers)
}

// expandedTail is the share to cut off at either end for 95 %: Φ(−√(n/(n−1))·t), t being the 97.5 % quantile of
// Student's distribution with n−1 degrees of freedom, by the first terms of its expansion (Abramowitz and Stegun 26.7.5).
func expandedTail(n int) float64 {
	const z = normal95
	v := float64(n - 1)
	t := z + (z*z*z+z)/(4*v) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*v*v)
	return math.Erfc(math.Sqrt(float64(n)/v)*t/math.Sqrt2) / 2
}

// quantile of sorted figures, between neighbours in a straight line.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	if sorted[below] == sorted[above] { // infinities too
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// bounds is an estimate in JSON, which has no infinity: an open end, as of a single prompt's figure, is null.
type bounds struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// MarshalJSON writes the estimate, null for an end that is open.
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

// UnmarshalJSON reads what MarshalJSON wrote.
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
