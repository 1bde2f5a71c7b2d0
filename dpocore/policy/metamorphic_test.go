package policy_test

import (
	"math"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
)

// Before training B is zero: the policy is its reference, rewards are 0 and every loss is log 2.
func TestFirstStep(t *testing.T) {
	list := examples(4, 1)
	p := tiny(t, tinyLayout(t).Init(3))
	got := accumulate(t, p, pack(t, small, list), ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
	for i := range list {
		within(t, named("loss", i), got.losses[i], math.Ln2, 1e-6)
		for side := range 2 {
			within(t, named("reward", i), 0.1*(got.logProbs[i][side]-got.reference[i][side]), 0, 1e-6)
		}
	}
	// A has no part in the answers while B is zero, so that its gradient is zero and B's is not.
	g := gradient(t, p)
	for _, factor := range p.Layout.Factors {
		length := norm(g[factor.Offset : factor.Offset+factor.Size()])
		if factor.IsA != (length == 0) {
			t.Errorf("the gradient of %s has length %g", factor.Name, length)
		}
	}
}

// With no adapter given the policy equals its reference too.
func TestNoAdapterIsTheReference(t *testing.T) {
	p := tiny(t, nil)
	row := pack(t, small, examples(3, 2))[0]
	with, err := p.LogProbs(row)
	if err != nil {
		t.Fatal(err)
	}
	without, err := p.Reference(row)
	if err != nil {
		t.Fatal(err)
	}
	if len(with.LogProbs) != 3 || len(with.MeanLogits) != 3 || with.Losses != nil {
		t.Errorf("a row of 3 pairs gives %d log-probabilities, %d mean logits, losses %v", len(with.LogProbs), len(with.MeanLogits), with.Losses)
	}
	for i := range with.LogProbs {
		for side := range 2 {
			within(t, named("log-probability", i), float64(with.LogProbs[i][side]), float64(without.LogProbs[i][side]), 1e-5)
			within(t, named("mean logit", i), float64(with.MeanLogits[i][side]), float64(without.MeanLogits[i][side]), 1e-5)
		}
	}
}

// LogProbs and Accumulate are two graphs, one of them with checkpoints, of the same sums.
func TestLogProbsEqualAccumulate(t *testing.T) {
	list := examples(4, 3)
	p := tiny(t, trainedAdapter(t))
	row := pack(t, small, list)[0]
	found := accumulate(t, p, []*batch.Row{row}, ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
	gradient(t, p) // ends the step; its learning rate is 0
	measured, err := p.LogProbs(row)
	if err != nil {
		t.Fatal(err)
	}
	for place, index := range row.Examples {
		for side := range 2 {
			within(t, named("log-probability", index), float64(measured.LogProbs[place][side]), found.logProbs[index][side], 1e-5)
		}
	}
}

// Swapping the answers negates the margin; what is left is the rounding of other places in the row.
func TestSwappedAnswersNegateTheMargin(t *testing.T) {
	list := examples(4, 4)
	swapped := slices.Clone(list)
	for i := range swapped {
		swapped[i].Chosen, swapped[i].Rejected = swapped[i].Rejected, swapped[i].Chosen
	}
	p := tiny(t, trainedAdapter(t))
	straight := accumulate(t, p, pack(t, small, list), ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	other := accumulate(t, p, pack(t, small, swapped), ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	for i := range list {
		if math.Abs(straight.margin(i)) < 1e-3 {
			t.Errorf("the margin of pair %d is %g: too small to tell", i, straight.margin(i))
		}
		within(t, named("margin", i), other.margin(i), -straight.margin(i), 2e-5)
		// −log σ(m) and −log σ(−m) differ by m
		within(t, named("loss", i), other.losses[i], straight.losses[i]+straight.margin(i), 2e-5)
	}
	gradient(t, p)
}

// Equal answers teach nothing: −β/2·(∇ log π(answer) − ∇ log π(answer)) = 0, where each term alone is of the length of
// other pairs' gradients.
func TestEqualAnswersGiveNoGradient(t *testing.T) {
	list := examples(4, 5)
	p := tiny(t, trainedAdapter(t))
	accumulate(t, p, pack(t, small, list), ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	ordinary := norm(gradient(t, p))
	for i := range list {
		list[i].Rejected = list[i].Chosen
	}
	p = tiny(t, trainedAdapter(t))
	got := accumulate(t, p, pack(t, small, list), ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	for i := range list {
		within(t, named("margin", i), got.margin(i), 0, 1e-5)
		within(t, named("loss", i), got.losses[i], math.Ln2, 1e-5)
	}
	if length := norm(gradient(t, p)); !(length <= 1e-5*ordinary) {
		t.Errorf("the gradient has length %g, other pairs' %g", length, ordinary)
	}
}

// How a step's pairs are packed into rows changes losses, gradient and updated adapter only by rounding.
func TestRowsDoNotMatter(t *testing.T) {
	list := examples(4, 6)
	weights := []float32{0.25, 0.5, 0.125, 0.125}
	reversed := func(list []batch.Example) (out []batch.Example) {
		for i := range list {
			out = append(out, list[len(list)-1-i])
		}
		return out
	}
	step := func(list []batch.Example, weights []float32, rows ...*batch.Row) (result, []float64, []float32) {
		p := tiny(t, trainedAdapter(t))
		got := accumulate(t, p, rows, weights, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1, LabelSmoothing: 0.1}})
		g := gradient(t, p)
		p = tiny(t, trainedAdapter(t))
		accumulate(t, p, rows, weights, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1, LabelSmoothing: 0.1}})
		update(t, p, 1e-3, 1)
		return got, g, snapshot(t, p)[0]
	}
	want, wantGradient, wantAdapter := step(list, weights, pack(t, small, list)...)
	for name, c := range map[string]struct {
		list    []batch.Example
		shape   batch.Shape
		perRow  int
		reverse bool
	}{
		"order in the row":    {reversed(list), small, 4, true},
		"longer rows":         {list, batch.Shape{Tokens: 160, Answers: 96, Pairs: 7}, 4, false},
		"two pairs per row":   {list, small, 2, false},
		"one pair per row":    {list, small, 1, false},
		"three and one":       {list, small, 3, false},
		"reversed, two a row": {reversed(list), small, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			own := slices.Clone(weights)
			if c.reverse {
				slices.Reverse(own)
			}
			var rows []*batch.Row
			for begin := 0; begin < 4; begin += c.perRow {
				part := pack(t, c.shape, c.list[begin:min(4, begin+c.perRow)])
				for _, row := range part {
					for place := range row.Examples {
						row.Examples[place] += begin
					}
				}
				rows = append(rows, part...)
			}
			got, g, adapter := step(c.list, own, rows...)
			if c.reverse {
				slices.Reverse(got.losses)
			}
			same(t, "the losses", got.losses, want.losses, 1e-5)
			same(t, "the gradient", g, wantGradient, 1e-5)
			same(t, "the adapter", adapter, wantAdapter, 1e-5)
		})
	}
}

// Weights scale a pair's part of the gradient and nothing else; a pair of weight 0 has no part.
func TestWeights(t *testing.T) {
	list := examples(2, 7)
	of := func(weights ...float32) []float64 {
		p := tiny(t, trainedAdapter(t))
		accumulate(t, p, pack(t, small, list), weights, policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
		return gradient(t, p)
	}
	first, second, both := of(1, 0), of(0, 1), of(2, 0.5)
	for i := range both {
		first[i] = 2*first[i] + 0.5*second[i]
	}
	same(t, "the gradient", both, first, 1e-5)
	if length := norm(of(0, 0)); length != 0 {
		t.Errorf("without weights the gradient has length %g", length)
	}
}

// A backward pass that recomputes the layers gives the same gradient, bit for bit.
func TestRecomputeChangesNothing(t *testing.T) {
	list, adapter := examples(4, 15), trainedAdapter(t)
	l := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}}
	p := tiny(t, adapter)
	accumulate(t, p, pack(t, small, list), ones(4), l)
	want := gradient(t, p)

	p = newTiny(t)
	defer p.Finalize()
	if err := p.Restore(adapter, nil, nil, 0); err != nil {
		t.Fatal(err)
	}
	p.Recompute()
	accumulate(t, p, pack(t, small, list), ones(4), l)
	if got := gradient(t, p); !slices.Equal(got, want) || norm(got) == 0 {
		t.Error("the gradient is another")
	}
}
