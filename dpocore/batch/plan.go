package batch

import (
	"cmp"
	"slices"
)

// Lengths of rows that Plan tries are multiples of step, up to longest or as long as the longest pair needs.
const (
	step    = 64
	longest = 1536
)

// The unit of cost is a token's way through the layers of SmolLM2-135M, there and back and for the reference. The others
// are measured in it.
const (
	attentionShare = 0.15 // of a token's attention, in a row of 1,000 tokens: it grows with the row's length
	answerCost     = 0.25 // of a place for an answer's token: the product with the vocabulary
	rowCost        = 8    // of a row
	shapeCost      = 700  // of compiling for a shape
)

// sampled is how many examples Plan packs, in steps that are spread over the run.
const sampled = 512

// cost of a row, but for its answers.
func (s Shape) cost() float64 {
	return rowCost + float64(s.Tokens)*(1+attentionShare*float64(s.Tokens)/1000)
}

func costOf(bins []bin) (cost float64) {
	for _, bin := range bins {
		cost += bin.shape.cost()
	}
	return cost
}

// Plan chooses the shapes of a run's rows, one or two, the largest first, so that all its steps together cost least. Each
// step is a list of examples that are packed together. Two shapes fill their rows better, and must earn what a second
// one costs to compile.
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
		for small := step; small < large; small += step {
			if both := try(sample, share, need, large, small); both.cost < best.cost {
				best = both
			}
		}
	}
	return best.shapes
}

// sampleOf takes some of the steps, a large one in the parts in which it is packed, and says what share of all they are.
func sampleOf(steps [][]Example) (sample [][]Example, share float64) {
	var all [][]Example
	count := 0
	for _, examples := range steps {
		all = slices.AppendSeq(all, slices.Chunk(examples, together))
		count += len(examples)
	}
	if count == 0 {
		return nil, 1
	}
	most := len(all)
	if count > sampled {
		most = max(1, len(all)*sampled/count)
	}
	taken := 0
	for i := range most {
		part := all[i*len(all)/most]
		sample, taken = append(sample, part), taken+len(part)
	}
	return sample, float64(taken) / float64(count)
}

// promising is for how many of the best single lengths a second one is tried.
const promising = 8

// demand is the least that the largest shape must hold.
type demand struct{ Tokens, Answers int }

// plan is a choice of shapes and what the run costs with it.
type plan struct {
	shapes []Shape
	cost   float64
}

func byCost(a, b plan) int { return cmp.Compare(a.cost, b.cost) }

// try packs a sample of a run's steps into rows of the given lengths, and gives each shape room for the most answers and
// pairs that one of its rows gets.
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
