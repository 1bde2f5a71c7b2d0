package statistics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// parts splits the variance of a mean over seeds and prompts, which are crossed: every seed is measured on every prompt.
type parts struct {
	mean    float64
	prompts float64 // variance that the choice of prompts gives the mean, including the noise of single seeds on them
	seeds   float64 // variance that the choice of seeds gives it beyond that noise
	between float64 // variance that the means of the seeds have, with that noise
	noise   float64 // variance of that noise in the mean: what more prompts and more seeds both reduce

	promptsDF, seedsDF float64 // degrees of freedom; those of the seeds are 0 with a single one
}

// split estimates the parts from their moments. groups has the number of each pair's prompt, values is [seeds, pairs]. With
// S seed means m_s the variance of their mean is Σ(m_s−m)²/(S(S−1)), in which the noise of seeds on prompts is included, as it is in the
// variance over prompts; it is subtracted once (Cameron, Gelbach and Miller 2011).
func split(groups []int, values [][]float64) parts {
	members, count := renumber(groups)
	seeds, pairs := len(values), len(groups)
	bySeed, byPair := make([]float64, seeds), make([]float64, pairs)
	for s := range values {
		for i, value := range values[s] {
			bySeed[s] += value / float64(pairs)
			byPair[i] += value / float64(seeds)
		}
	}
	p := parts{mean: plainMean(bySeed)}
	sums := make([]float64, count)
	for i, value := range byPair {
		sums[members[i]] += (value - p.mean) / float64(pairs)
	}
	p.prompts = squares(sums) * float64(count) / float64(count-1)
	p.promptsDF = float64(count - 1)
	if seeds == 1 {
		return p
	}
	for s := range values {
		p.between += (bySeed[s] - p.mean) * (bySeed[s] - p.mean)
		clear(sums)
		for i, value := range values[s] {
			sums[members[i]] += (value - bySeed[s] - byPair[i] + p.mean) / float64(pairs*seeds)
		}
		p.noise += squares(sums)
	}
	p.noise *= float64(seeds) / float64(seeds-1) * float64(count) / float64(count-1)
	p.between /= float64(seeds * (seeds - 1))
	p.seeds = math.Max(0, p.between-p.noise)
	p.seedsDF = float64(seeds - 1)
	return p
}

// within cuts an interval at bounds that no value can exceed.
func (e Estimate) within(low, high float64) Estimate {
	e.Low, e.High = math.Max(e.Low, low), math.Min(e.High, high)
	return e
}

func squares(values []float64) (sum float64) {
	for _, value := range values {
		sum += value * value
	}
	return sum
}

// Replicates estimates the mean of a value that several seeds have for the same pairs: groups has the number of each pair's prompt,
// values is [seeds, pairs]. Its interval is a two-level bootstrap, for other prompts and other seeds: each resample draws
// prompts with replacement, and adds an error of the seeds' mean, from Student's t with the variance that seeds have beyond the noise
// of prompts. Seeds themselves are too few to draw with replacement. With one seed it is [Mean].
func Replicates(groups []int, values [][]float64) Estimate { return replicates(groups, values) }

// ReplicatedRate is Replicates for values between 0 and 1. As in [Rate], the interval adds two successes and two failures to the pairs, but
// each with the spread of a mean over seeds. With one seed it is Rate.
func ReplicatedRate(groups []int, values [][]float64) Estimate {
	spread := 0.5 / math.Sqrt(float64(len(values)))
	success, failure := 0.5+spread, 0.5-spread
	return replicates(groups, values, success, failure, success, failure).within(0, 1)
}

func replicates(groups []int, values [][]float64, prior ...float64) Estimate {
	pairMeans := make([]float64, len(groups))
	for i := range pairMeans {
		for s := range values {
			pairMeans[i] += values[s][i] / float64(len(values))
		}
	}
	e := Estimate{Value: plainMean(pairMeans)}
	error := 0.0
	if len(values) > 1 && len(groups) > 1 {
		error = math.Sqrt(split(groups, values).seeds)
	}
	groups, pairMeans = withPrior(groups, pairMeans, prior)
	random := rand.New(rand.NewPCG(seed, uint64(len(values))))
	low, high := interval(groups, Resamples, func(weights []float64) float64 {
		value := weightedMean(weights, pairMeans)
		if error > 0 {
			value += error * student(random, len(values)-1)
		}
		return value
	})
	e.Low, e.High = min(low, e.Value), max(high, e.Value)
	return e
}

// withPrior adds values, each as a separate prompt.
func withPrior(groups []int, values, prior []float64) ([]int, []float64) {
	nextGroup := slices.Max(append([]int{-1}, groups...)) + 1
	groups, values = slices.Clone(groups), append(slices.Clone(values), prior...)
	for i := range prior {
		groups = append(groups, nextGroup+i)
	}
	return groups, values
}

// student draws from Student's t with whole degrees of freedom.
func student(random *rand.Rand, df int) float64 {
	sum := 0.0
	for range df {
		x := random.NormFloat64()
		sum += x * x
	}
	return random.NormFloat64() / math.Sqrt(sum/float64(df))
}
