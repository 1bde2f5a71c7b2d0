package policy_test

import (
	"math"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// whole is a policy that trains all weights of a tiny model.
func whole(t *testing.T, config decoder.Config, values []float32) *policy.Policy {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := weights.Load(backend, tinymodel.Write(t, config, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	p, err := policy.New(backend, loaded, decoder.WholeLayout(loaded.Config), values)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Finalize)
	return p
}

// TestGradientOfAllWeights: before training a policy of all weights is its reference, to the bit; its gradient is that of central
// differences (see TestGradientOfTheAdapter), of the largest values and of some of each tensor, with tied embeddings and untied ones.
func TestGradientOfAllWeights(t *testing.T) {
	for name, config := range map[string]decoder.Config{"tied": tinymodel.Config(), "untied": tinymodel.Changed(func(c *decoder.Config) { c.TiedEmbeddings = false })} {
		t.Run(name, func(t *testing.T) {
			p, list := whole(t, config, nil), examples(4, 8)
			l := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1, LabelSmoothing: 0.1}}
			rows := pack(t, small, list)
			before, err := p.LogProbs(rows[0])
			if err != nil {
				t.Fatal(err)
			}
			same, err := p.Reference(rows[0])
			if err != nil || !slices.Equal(before.LogProbs, same.LogProbs) {
				t.Fatalf("policy %v, reference %v, %v", before.LogProbs, same.LogProbs, err)
			}
			values, _, _, err := p.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			reference := accumulate(t, p, rows, ones(4), l).reference
			g := gradient(t, p)
			at, begin := []int{}, 0
			for _, dims := range p.Layout.Shapes(config.Layers) {
				size := 1
				for _, dim := range dims {
					size *= dim
				}
				largest := begin
				for i := begin; i < begin+size; i++ {
					if math.Abs(g[i]) > math.Abs(g[largest]) {
						largest = i
					}
				}
				at, begin = append(at, largest, begin+size/2), begin+size
			}
			for _, i := range at {
				const step = 1e-2
				var loss [2]float64
				var value [2]float32
				for side, sign := range []float32{1, -1} {
					moved := slices.Clone(values)
					moved[i] += sign * step
					value[side] = moved[i]
					if err := p.Restore(moved, nil, nil, 0); err != nil {
						t.Fatal(err)
					}
					loss[side] = lossAt(t, p, rows[0], reference, l)
				}
				want := (loss[0] - loss[1]) / float64(value[0]-value[1])
				if tolerance := 5e-3 + 1e-2*math.Abs(want); !(math.Abs(g[i]-want) <= tolerance) {
					t.Errorf("%s, value %d: the gradient is %.6g, differences give %.6g", p.Layout.NameAt(i), i, g[i], want)
				}
			}
		})
	}
}

// TestUpdateOfAllWeights: a step with weight decay moves each matrix and leaves norms undecayed: with a learning rate of 0.5 and a decay
// of 1 a matrix is halved before AdamW's step, which moves each value with a gradient by the learning rate.
func TestUpdateOfAllWeights(t *testing.T) {
	p := whole(t, tinymodel.Config(), nil)
	before, _, _, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	l := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 1}}
	accumulate(t, p, pack(t, small, examples(4, 8)), ones(4), l)
	settings := adamw.Default
	settings.WeightDecay = 1
	if _, err := p.Update(0.5, 1e9, settings); err != nil {
		t.Fatal(err)
	}
	after, mean, _, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range mean {
		grad := float64(m) / 0.1
		if math.Abs(grad) < 1e-3 {
			continue
		}
		keep := 0.5
		if name := p.Layout.NameAt(i); name == "model.norm.weight" || name == "model.layers.0.input_layernorm.weight" || name == "model.layers.1.post_attention_layernorm.weight" ||
			name == "model.layers.1.input_layernorm.weight" || name == "model.layers.0.post_attention_layernorm.weight" {
			keep = 1
		}
		if want := keep*float64(before[i]) - 0.5*math.Copysign(1, grad); math.Abs(float64(after[i])-want) > 1e-4 {
			t.Fatalf("%s, value %d: %g after the step, want %g", p.Layout.NameAt(i), i, after[i], want)
		}
	}
}
