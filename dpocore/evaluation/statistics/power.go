package statistics

import (
	"math"
	"slices"
)

// CompareSeeds is [Compare] for two settings that were trained with the same seeds: first and second are [seeds, pairs]. With one seed
// it is Compare's exact test.
//
// With several it is the test of a mixed model, with the setting as fixed and prompts and seeds as crossed random effects:
// the differences of each pair under each seed have a variance over prompts and one over seeds, and their mean is compared with both
// ([split]). Why not a permutation test: to swap settings within seeds leaves 2^S arrangements, so that three seeds
// could give no P below 0.25 and five none below 0.06; and to swap them within pairs would say nothing about other seeds.
func CompareSeeds(groups []int, first, second [][]bool) Difference {
	if len(first) == 1 {
		return Compare(groups, first[0], second[0])
	}
	d := Difference{Pairs: len(groups), Seeds: len(first)}
	values := make([][]float64, len(first))
	for s := range first {
		values[s] = make([]float64, len(groups))
		for i := range groups {
			switch {
			case first[s][i] && !second[s][i]:
				values[s][i] = 1
				d.Only[0]++
			case second[s][i] && !first[s][i]:
				values[s][i] = -1
				d.Only[1]++
			}
		}
	}
	prior := d.prior()
	d.Accuracy = replicates(groups, values, prior...)
	d.model = splitWithPrior(groups, values, prior).cautious()
	d.P = math.Min(1, 2*d.model.tail(math.Abs(d.Accuracy.Value)))
	return d
}

// prior is the values that are added to a comparison of runs that differ on few pairs.
func (d Difference) prior() []float64 {
	if d.Only[0]+d.Only[1] < minDiffering*max(1, d.Seeds) {
		return []float64{1, -1}
	}
	return nil
}

// splitWithPrior adds values, each as a separate prompt that all seeds agree on, before splitting.
func splitWithPrior(groups []int, values [][]float64, prior []float64) parts {
	all := make([][]float64, len(values))
	for s := range values {
		all[s] = append(slices.Clone(values[s]), prior...)
	}
	groups, _ = withPrior(groups, nil, prior)
	return split(groups, all)
}

// cautious is the parts with half of the noise left in the variance of the seeds. An estimate with all of it subtracted is 0 too often
// for a test of few seeds.
func (p parts) cautious() parts {
	p.seeds = math.Max(0, p.between-p.noise/2)
	return p
}

// tail is the probability that the error of the mean is above x: that of the prompts is Student's t with their degrees of freedom, that of
// the seeds another with theirs, and both are independent.
func (p parts) tail(x float64) float64 {
	prompts, seeds := math.Max(math.Sqrt(p.prompts), 1e-9), math.Sqrt(p.seeds)
	above := func(x float64) float64 {
		tail := tailT(x/prompts, p.promptsDF) / 2
		if x < 0 {
			return 1 - tail
		}
		return tail
	}
	if seeds == 0 {
		return above(x)
	}
	// ∫ f(t)·above(x − seeds·t) dt, with t = tan(angle)
	const points = 100
	sum, weights := 0.0, 0.0
	for i := range points {
		angle := math.Pi * ((float64(i)+0.5)/points - 0.5)
		t := math.Tan(angle)
		weight := math.Pow(1+t*t/p.seedsDF, -(p.seedsDF+1)/2) * (1 + t*t)
		sum, weights = sum+weight*above(x-seeds*t), weights+weight
	}
	return sum / weights
}

// exceededBy is the x whose tail is a probability below 1/2.
func (p parts) exceededBy(probability float64) float64 {
	low, high := 0., 4*math.Sqrt(p.prompts+p.seeds)
	for p.tail(high) > probability && high > 0 && high < 1e6 {
		high *= 2
	}
	for range 24 {
		if mid := (low + high) / 2; p.tail(mid) > probability {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// power is the quantile at which a difference counts as detectable. It is above the four in five that [Difference.Detectable] is about, since
// the variance is estimated, and grows with the difference: see the simulation in docs/sweeps.md.
const power = 0.9

// detectable is the difference that a test at a significance level finds about four times in five.
func (p parts) detectable(level float64) float64 {
	return p.exceededBy(level/2) + p.exceededBy(1-power)
}

// with is the parts after measuring more pairs and training more seeds, by these factors.
func (p parts) with(pairs, seeds float64) parts {
	perPrompt := math.Max(0, p.prompts-p.noise)
	p.prompts = (perPrompt + p.noise/seeds) / pairs
	p.noise /= pairs * seeds
	p.promptsDF = (p.promptsDF+1)*pairs - 1
	if p.seedsDF > 0 {
		p.seeds /= seeds
		p.seedsDF = (p.seedsDF+1)*seeds - 1
	}
	return p
}

// Detectable is the difference of accuracies that a comparison like this finds four times in five at a significance level, such as
// 0.05 divided by the number of comparisons.
func (d Difference) Detectable(level float64) float64 { return d.model.detectable(level) }

// maxFactor is the largest multiple of pairs or seeds that is worth naming.
const maxFactor = 32

// More is how many more pairs would make a difference detectable, with the same seeds if that is possible, and otherwise with as
// few more seeds as possible; ok is false if it takes too many.
func (d Difference) More(level, difference float64) (pairs, seeds int, ok bool) {
	for ; seeds < maxFactor*d.Seeds || seeds == 0; seeds++ {
		model := d.model
		if seeds > 0 {
			model = model.with(1, float64(d.Seeds+seeds)/float64(d.Seeds))
		}
		factor := smallest(func(factor float64) bool { return model.with(factor, 1).detectable(level) <= difference })
		if factor <= maxFactor && (seeds == 0 || factor <= 4) {
			return int(math.Ceil((factor - 1) * float64(d.Pairs))), seeds, true
		}
	}
	return 0, 0, false
}

// smallest is the smallest factor above 1 that is enough, or more than maxFactor if none is.
func smallest(enough func(factor float64) bool) float64 {
	low, high := 1., float64(maxFactor)
	if !enough(high) {
		return maxFactor + 1
	}
	for range 12 {
		if mid := (low + high) / 2; enough(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
