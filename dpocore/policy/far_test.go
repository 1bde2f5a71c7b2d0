package policy

import (
	"math"
	"math/rand/v2"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy/answers"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// Where two models are too far apart, the other graph is asked, which says the same of models that are not.
func TestFarDivergence(t *testing.T) {
	p := trainedTiny(t)
	defer p.Finalize()
	example := batch.Example{Prompt: []int32{3, 9, 4}, Chosen: []int32{1, 8}, Rejected: []int32{2}}
	rows, err := batch.Pack([]batch.Example{example}, batch.Shape{Tokens: 128, Answers: 64, Pairs: 1})
	if err != nil {
		t.Fatal(err)
	}
	base, err := p.Base(rows[0])
	if err != nil {
		t.Fatal(err)
	}
	defer base.Finalize()
	_, near, err := p.Divergence(rows[0])
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.through(rows[0], p.trained(), (*pass).withoutTrace)
	if err != nil {
		t.Fatal(err)
	}
	defer s.leave()
	for _, furthest := range []float32{81, float32(math.Inf(1)), float32(math.NaN())} {
		far, err := s.readDivergence(rows[0], base.hidden, answers.Divergence[tensor]{Furthest: scalar(float64(furthest))})
		if err != nil {
			t.Fatal(err)
		}
		for side := range 2 {
			if want := float64(near[0][side]); !(want > 1e-3) || math.Abs(float64(far[0][side])-want) > 1e-4*want+1e-5 {
				t.Errorf("furthest %g: %v, Divergence says %v", furthest, far, near)
			}
		}
	}
}

func trainedTiny(t *testing.T) *Policy {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := weights.Load(backend, tinymodel.Write(t, tinymodel.Config(), 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 4, Alpha: 4, Modules: decoder.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	values, r := layout.Init(5), rand.New(rand.NewPCG(11, 0))
	for i := range values {
		values[i] += float32(r.NormFloat64() * 0.05)
	}
	p, err := New(backend, loaded, layout, values)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
