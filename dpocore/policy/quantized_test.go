package policy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
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
	folder := tinymodel.Write(t, tinymodel.Config(), 3)
	tinymodel.QuantizeNF4(t, folder)
	for _, c := range []struct {
		path      string
		precision dtypes.DType
		share     float64
	}{{path, dtypes.Float32, 1e-5}, {path, dtypes.Float16, 2e-3}, {folder, dtypes.Float32, 1e-5}} {
		float, floatGrad := learned(t, c.path, weights.Form{Precision: c.precision})
		quantized, quantizedGrad := learned(t, c.path, weights.Form{Precision: c.precision, Quantized: true})
		what := fmt.Sprintf("%s in %s with quantized weights: ", filepath.Base(c.path), c.precision)
		same(t, what+"log-probabilities and losses", quantized, float, c.share)
		same(t, what+"the third step's gradient", quantizedGrad, floatGrad, c.share)
	}
}

// The log-probabilities of answers' tokens under models that bitsandbytes quantized are those of transformers (recorded by
// interop/bitsandbytes_models.py).
func TestBitsandbytesLogProbs(t *testing.T) {
	tiny(t, nil)
	for _, name := range []string{"single", "double"} {
		folder := filepath.Join("../weights/testdata/bitsandbytes", name)
		raw, err := os.ReadFile(filepath.Join(folder, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want struct {
			Prompt   []int32
			Answers  [2][]int32
			LogProbs [2][]float64 `json:"log_probs"`
		}
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		loaded, err := weights.LoadAs(opened.backend, folder, weights.Form{Quantized: true})
		if err != nil {
			t.Fatal(err)
		}
		defer loaded.Finalize()
		layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 1, Alpha: 1, Modules: decoder.AllModules})
		if err != nil {
			t.Fatal(err)
		}
		p, err := policy.New(opened.backend, loaded, layout, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Finalize()
		list := []batch.Example{{Prompt: want.Prompt, Chosen: want.Answers[0], Rejected: want.Answers[1]}}
		got, err := p.TokenLogProbs(pack(t, batch.Shape{Tokens: 16, Answers: 16, Pairs: 1}, list)[0], false)
		if err != nil {
			t.Fatal(err)
		}
		for side, answer := range got[0] {
			for i, value := range answer {
				within(t, fmt.Sprintf("%s, answer %d, token %d", name, side, i), float64(value), want.LogProbs[side][i], 1e-5)
			}
		}
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
