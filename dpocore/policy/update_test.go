package policy_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
)

// adamW is the optimizer in float64, as torch.optim.AdamW, after torch.nn.utils.clip_grad_norm_.
type adamW struct {
	adamw.Settings
	values, mean, variance []float64
	steps                  float64
	isB                    []bool
}

func (a *adamW) step(gradient []float64, rate, maxNorm float64) {
	a.steps++
	clip := min(1, maxNorm/(norm(gradient)+1e-6))
	peak := rate
	for i, g := range gradient {
		g *= clip
		if rate = peak; a.RatioB != 0 && a.isB[i] {
			rate *= a.RatioB
		}
		a.mean[i] = a.Beta1*a.mean[i] + (1-a.Beta1)*g
		a.variance[i] = a.Beta2*a.variance[i] + (1-a.Beta2)*g*g
		unbiased := a.mean[i] / (1 - math.Pow(a.Beta1, a.steps))
		a.values[i] *= 1 - rate*a.WeightDecay
		a.values[i] -= rate * unbiased / (math.Sqrt(a.variance[i]/(1-math.Pow(a.Beta2, a.steps))) + a.Epsilon)
	}
}

// Three updates, the second of them clipped, against the same in plain Go. Each step's gradient is measured on its own
// before the step is made.
func TestUpdateIsAdamW(t *testing.T) {
	for _, settings := range []adamw.Settings{adamw.Default, {Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3, WeightDecay: 5}, {Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 3, RatioB: 8}} {
		testUpdate(t, settings)
	}
}

func testUpdate(t *testing.T, settings adamw.Settings) {
	list := examples(6, 9)
	start := trainedAdapter(t)
	p := tiny(t, start)
	plain := adamW{Settings: settings, values: widen(start), mean: make([]float64, len(start)), variance: make([]float64, len(start)), isB: make([]bool, len(start))}
	for _, factor := range p.Layout.Factors {
		for i := range factor.Size() {
			plain.isB[factor.Offset+i] = !factor.IsA
		}
	}
	for i, c := range []struct{ rate, clip float64 }{{1e-3, 2}, {2e-3, 0.3}, {5e-4, 2}} { // clip is a share of the norm
		rows := pack(t, small, list[2*i:2*i+2])
		before := snapshot(t, p)
		p = tiny(t, before[0])
		accumulate(t, p, rows, ones(2), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.5}})
		g := gradient(t, p)

		if err := p.Restore(before[0], before[1], before[2], i); err != nil {
			t.Fatal(err)
		}
		accumulate(t, p, rows, ones(2), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.5}})
		got, err := p.Update(c.rate, c.clip*norm(g), settings)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "the gradient's norm", got/norm(g), 1, 1e-6)
		plain.step(g, c.rate, c.clip*norm(g))
		after := snapshot(t, p)
		same(t, "the mean", widen(after[1]), plain.mean, 1e-6)
		same(t, "the variance", widen(after[2]), plain.variance, 2e-6)
		same(t, "the adapter", widen(after[0]), plain.values, 1e-6)
		same(t, "the change", difference(after[0], start), difference64(plain.values, start), 1e-4)
		if p.Updates() != i+1 {
			t.Errorf("%d updates counted, %d made", p.Updates(), i+1)
		}
	}
}

// Without a gradient a fresh adapter stays as it is, and the last step's gradient is gone.
func TestUpdateClearsTheGradient(t *testing.T) {
	adapter := trainedAdapter(t)
	p := tiny(t, adapter)
	accumulate(t, p, pack(t, small, examples(2, 10)), ones(2), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	if got := update(t, p, 0, 1); got == 0 {
		t.Error("the gradient's norm is 0")
	}
	if got := update(t, p, 1, 1); got != 0 {
		t.Errorf("without new rows the gradient's norm is %g", got)
	}
	p = tiny(t, adapter)
	update(t, p, 1, 1)
	if got := snapshot(t, p); !slices.Equal(got[0], adapter) || !isZero(got[1]) || !isZero(got[2]) {
		t.Error("an update without a gradient changed a fresh adapter")
	}
}

// A new Policy restored from a snapshot continues with the same bits as the one that never stopped.
func TestRestoredPolicyContinues(t *testing.T) {
	list := examples(8, 12)
	learn := func(p *policy.Policy, i int) {
		accumulate(t, p, pack(t, small, list[2*i:2*i+2]), ones(2), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.5}})
		update(t, p, 1e-2, 1)
	}
	p := tiny(t, tinyLayout(t).Init(3))
	learn(p, 0)
	learn(p, 1)
	saved := snapshot(t, p)
	learn(p, 2)
	learn(p, 3)
	want := snapshot(t, p)

	resumed := newTiny(t)
	defer resumed.Finalize()
	if err := resumed.Restore(saved[0], saved[1], saved[2], 2); err != nil {
		t.Fatal(err)
	}
	learn(resumed, 2)
	learn(resumed, 3)
	got := snapshot(t, resumed)
	for i, what := range []string{"adapter", "mean", "variance"} {
		if !slices.EqualFunc(got[i], want[i], func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
			t.Errorf("the %s differs after restoring", what)
		}
	}
	if slices.Equal(saved[0], want[0]) || resumed.Updates() != 4 {
		t.Errorf("nothing was learned in %d updates", resumed.Updates())
	}
}

// Restore leaves no gradient of before behind.
func TestRestoreClearsTheGradient(t *testing.T) {
	p := tiny(t, trainedAdapter(t))
	accumulate(t, p, pack(t, small, examples(2, 13)), ones(2), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}})
	p = tiny(t, trainedAdapter(t))
	if got := update(t, p, 0, 1); got != 0 {
		t.Errorf("the gradient's norm is %g", got)
	}
}

func TestWrongLengths(t *testing.T) {
	p := tiny(t, trainedAdapter(t))
	short := make([]float32, p.Layout.Size-1)
	whole := make([]float32, p.Layout.Size)
	before := snapshot(t, p)
	row := pack(t, small, examples(2, 14))[0]
	two := make([][2]float32, 2)
	for name, c := range map[string]struct {
		make func() error
		want string
	}{
		"new":       {func() error { _, err := policy.New(opened.backend, opened.weights, p.Layout, short); return err }, "the adapter has"},
		"adapter":   {func() error { return p.Restore(short, nil, nil, 0) }, "the adapter has"},
		"mean":      {func() error { return p.Restore(whole, short, nil, 0) }, "has"},
		"variance":  {func() error { return p.Restore(whole, nil, short, 0) }, "has"},
		"reference": {func() error { _, err := p.Accumulate(row, two[:1], ones(2), policy.Loss{Type: "sigmoid"}); return err }, "2 pairs"},
		"weights":   {func() error { _, err := p.Accumulate(row, two, ones(5), policy.Loss{Type: "sigmoid"}); return err }, "2 pairs"},
	} {
		if err := c.make(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	for i, got := range snapshot(t, p) {
		if !slices.Equal(got, before[i]) {
			t.Errorf("after refused calls vector %d of the state is another", i)
		}
	}
}

func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}

func difference(values, from []float32) []float64 { return difference64(widen(values), from) }

func difference64(values []float64, from []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v - float64(from[i])
	}
	return out
}

func isZero(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return v != 0 })
}
