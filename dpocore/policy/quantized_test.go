package policy_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// Training on quantized weights is training on the same weights widened: measurements, losses, gradients and updates agree
// within rounding, in float32 and in float16.
func TestQuantizedBase(t *testing.T) {
	tiny(t, nil)
	path := tinymodel.WriteGGUF(t, tinymodel.Config(), 3, 1, func(name string) string {
		if name == "model.layers.1.self_attn.v_proj.weight" {
			return "Q8_0" // beside two matrices in Q4_1
		}
		return "Q4_1"
	})
	for _, c := range []struct {
		precision dtypes.DType
		share     float64
	}{{dtypes.Float32, 1e-5}, {dtypes.Float16, 2e-3}} {
		float, floatGrad := learned(t, path, weights.Form{Precision: c.precision})
		quantized, quantizedGrad := learned(t, path, weights.Form{Precision: c.precision, Quantized: true})
		what := c.precision.String() + " with quantized weights: "
		same(t, what+"log-probabilities and losses", quantized, float, c.share)
		same(t, what+"the third step's gradient", quantizedGrad, floatGrad, c.share)
	}
}

// learned makes two steps on a model, loaded in a form, and returns what each measured, and the gradient of a third.
func learned(t *testing.T, path string, form weights.Form) (figures, grad []float64) {
	t.Helper()
	loaded, err := weights.LoadAs(opened.backend, path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Finalize()
	p, err := policy.New(opened.backend, loaded, tinyLayout(t), trainedAdapter(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Finalize()
	rows := pack(t, small, examples(4, 3))
	for range 2 {
		found := accumulate(t, p, rows, ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
		for i, loss := range found.losses {
			figures = append(figures, loss, found.logProbs[i][0], found.logProbs[i][1], found.reference[i][0], found.reference[i][1])
		}
		update(t, p, 1e-3, 1)
	}
	adapter, _, _, err := p.Snapshot()
	if err == nil {
		err = p.Restore(adapter, nil, nil, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	accumulate(t, p, rows, ones(4), policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}})
	return figures, gradient(t, p)
}
