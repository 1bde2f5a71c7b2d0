package policy_test

import (
	"math"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy"
)

// The gradient of the adapter against central differences. Log-probabilities come in float32, about 1e-5 wrong, so that
// a step e leaves an error of 1e-5/e; the difference's own error grows with e². A step of 1e-2 keeps both under 3e-3,
// where the gradient's largest values are above 1. The loss is taken from the log-probabilities in float64.
func TestGradientOfTheAdapter(t *testing.T) {
	list := examples(4, 8)
	l := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1, LabelSmoothing: 0.1}}
	adapter := trainedAdapter(t)
	p := tiny(t, adapter)
	rows := pack(t, small, list)
	reference := accumulate(t, p, rows, ones(4), l).reference
	g := gradient(t, p)
	for _, at := range entries(p.Layout.Size, g) {
		const step = 1e-2
		var loss [2]float64
		var value [2]float32
		for side, sign := range []float32{1, -1} {
			moved := slices.Clone(adapter)
			moved[at] += sign * step
			value[side] = moved[at]
			loss[side] = lossAt(t, tiny(t, moved), rows[0], reference, l)
		}
		want := (loss[0] - loss[1]) / float64(value[0]-value[1])
		if tolerance := 3e-3 + 3e-3*math.Abs(want); !(math.Abs(g[at]-want) <= tolerance) {
			t.Errorf("value %d: the gradient is %.6g, differences give %.6g", at, g[at], want)
		}
	}
}

// entries are the indices of the six largest gradients, and one in each twelfth of the vector.
func entries(size int, g []float64) []int {
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if math.Abs(g[a]) > math.Abs(g[b]) {
			return -1
		}
		return 1
	})
	list := order[:6:6]
	for part := range 12 {
		list = append(list, part*size/12+37)
	}
	return list
}

// lossAt is the summed DPO loss of a row in float64, with softplus(x) = log(1+eˣ) = −log σ(−x).
func lossAt(t *testing.T, p *policy.Policy, row *batch.Row, reference [][2]float64, l policy.Loss) (sum float64) {
	t.Helper()
	got, err := p.LogProbs(row)
	if err != nil {
		t.Fatal(err)
	}
	softplus := func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	for place, index := range row.Examples {
		gain := func(side int) float64 { return float64(got.LogProbs[place][side]) - reference[index][side] }
		margin := l.Beta * (gain(0) - gain(1))
		sum += (1-l.LabelSmoothing)*softplus(-margin) + l.LabelSmoothing*softplus(margin)
	}
	return sum
}
