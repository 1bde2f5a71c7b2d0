package policy_test

import (
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/policy"
)

// A row's gradient with dropout depends on the seed and on nothing else: it is the same to the bit if the backward pass computes the
// layers again, and on another policy. Measurements do not have it, and without it the gradient is what it was.
func TestDropout(t *testing.T) {
	loss := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.5}}
	row := pack(t, small, examples(2, 31))[0]
	tiny(t, trainedAdapter(t)) // opens the model
	grad := func(rate float64, seed uint64, recompute bool) ([]float64, policy.Measured) {
		p := newTiny(t)
		defer p.Finalize()
		if err := p.Restore(trainedAdapter(t), nil, nil, 0); err != nil {
			t.Fatal(err)
		}
		if recompute {
			p.Recompute()
		}
		p.Drop(rate, seed)
		if _, err := p.Accumulate(row, make([][2]float32, 2), ones(2), loss); err != nil {
			t.Fatal(err)
		}
		evaluated, err := p.LogProbs(row)
		if err != nil {
			t.Fatal(err)
		}
		return gradient(t, p), evaluated
	}
	none, measured := grad(0, 7, false)
	dropped, measuredDropped := grad(0.3, 7, false)
	again, _ := grad(0.3, 7, true)
	other, _ := grad(0.3, 8, false)
	if !slices.Equal(dropped, again) {
		t.Error("the gradient differs if the layers are computed again")
	}
	if slices.Equal(dropped, other) || slices.Equal(dropped, none) {
		t.Error("another seed, or no dropout, gives the same gradient")
	}
	if !slices.Equal(measured.LogProbs, measuredDropped.LogProbs) {
		t.Error("a measurement has dropout")
	}
}
