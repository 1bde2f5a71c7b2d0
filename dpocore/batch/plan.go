package batch

import (
	"cmp"
	"slices"
)

// Plan tries row lengths that are multiples of step, up to longest or to the length that the longest pair needs.
const (
	step    = 64
	longest = 1536
)

// Costs are relative to one token's forward and backward pass through the layers of SmolLM2-135M plus the reference's
// forward pass, and were measured.
const (
	attentionShare = 0.30 // attention per token in a row of 1,000 tokens; proportional to the row's length
	answerCost     = 0.25 // output matrix product per answer token, padding included
	rowCost        = 8    // per row
	shapeCost      = 700  // compilation of a shape
)

// sampled is the number of examples that Plan packs, from steps spread over the run.
const sampled = 512

// cost is the cost of a row, without its answers.
func (s Shape) cost() float64 {
	return rowCost + float64(s.Tokens)*(1+attentionShare*float64(s.Tokens)/1000)
}

func costOf(bins []bin) (cost float64) {
	for _, bin := range bins {
		cost += bin.shape.cost()
	}
	return cost
}

// Plan chooses one or two row shapes for a run, largest first, that minimize the total cost of its steps. Each step is a
// list of examples that are packed packGroup. Two shapes leave less padding but must save more than a second compilation
// costs.
func Plan(steps [][]Example) []Shape {
	need := demand{Tokens: step, Answers: step / 2}
	for _, examples := range steps {
		for _, e := range examples {
			need.Tokens, need.Answers = max(need.Tokens, roundUp(e.Tokens(), step)), max(need.Answers, roundUp(e.Answers(), step/2))
		}
	}
	sample, share := sampleOf(steps)
	var plans []plan
	for tokens := need.Tokens; tokens == need.Tokens || tokens <= longest; tokens += step {
		plans = append(plans, try(sample, share, need, tokens))
	}
	slices.SortStableFunc(plans, byCost)
	best := plans[0]
	for _, single := range plans[:min(len(plans), promising)] {
		large := single.shapes[0].Tokens
		for small := step; small < min(large, longest+1); small += step {
			if both := try(sample, share, need, large, small); both.cost < best.cost {
				best = both
			}
		}
	}
	return best.shapes
}

// sampleOf selects steps spread over the run, with large steps split into packing groups, and returns the fraction of all
// examples that they contain.
func sampleOf(steps [][]Example) (sample [][]Example, share float64) {
	var all [][]Example
	count := 0
	for _, examples := range steps {
		all = slices.AppendSeq(all, slices.Chunk(examples, packGroup))
		count += len(examples)
	}
	if count == 0 {
		return nil, 1
	}
	limit := len(all)
	if count > sampled {
		limit = max(1, len(all)*sampled/count)
	}
	selected := 0
	for i := range limit {
		part := all[i*len(all)/limit]
		sample, selected = append(sample, part), selected+len(part)
	}
	return sample, float64(selected) / float64(count)
}

// promising is the number of best single lengths that are tried with a second one.
const promising = 8

// demand is the minimum size of the largest shape.
type demand struct{ Tokens, Answers int }

// plan is a choice of shapes and the run's cost with it.
type plan struct {
	shapes []Shape
	cost   float64
}

func byCost(a, b plan) int { return cmp.Compare(a.cost, b.cost) }

// try packs a sample of a run's steps into rows of the given lengths, and gives each shape room for the maximum number of
// answer tokens and pairs among its rows. share is the fraction of the run that the sample is.
func try(sample [][]Example, share float64, need demand, lengths ...int) plan {
	loose, tight := make([]Shape, len(lengths)), make([]Shape, len(lengths))
	for i, tokens := range lengths {
		tight[i] = Shape{Tokens: tokens, Answers: step / 2, Pairs: 1}
	}
	tight[0].Answers = need.Answers
	cost := 0.0
	count := make([]int, len(lengths))
	for _, examples := range sample {
		for i, tokens := range lengths {
			loose[i] = Shape{Tokens: tokens, Answers: tokens, Pairs: len(examples)}
		}
		bins := pack(examples, loose)
		cost += costOf(bins)
		for _, bin := range bins {
			i := slices.Index(lengths, bin.shape.Tokens)
			count[i]++
			tight[i].Answers = max(tight[i].Answers, roundUp(bin.answers(examples), step/2))
			tight[i].Pairs = max(tight[i].Pairs, len(bin.examples))
		}
	}
	for i, shape := range tight {
		cost += answerCost * float64(count[i]*shape.Answers)
	}
	return plan{tight, cost/share + shapeCost*float64(len(lengths))}
}

func (b bin) answers(examples []Example) (sum int) {
	for _, index := range b.examples {
		sum += examples[index].Answers()
	}
	return sum
}

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }
