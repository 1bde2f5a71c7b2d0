package generate

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// loaded is a model with the backend that holds it.
type loaded struct {
	backend compute.Backend
	weights *weights.Weights
}

// load reads a model that is freed when the test ends.
func load(t testing.TB, path string) loaded {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Load(backend, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Finalize)
	return loaded{backend, w}
}

func tiny(t testing.TB) loaded {
	t.Helper()
	return load(t, tinymodel.Write(t, tinymodel.Config(), 1))
}

func (m loaded) generator(t testing.TB, layout *decoder.Layout, adapter []float32) *Generator {
	t.Helper()
	g, err := New(m.backend, m.weights, layout, adapter)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Finalize)
	return g
}

func (m loaded) layout(t testing.TB) *decoder.Layout {
	t.Helper()
	layout, err := decoder.NewLayout(m.weights.Config, decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	return &layout
}

// randomAdapter has a B that is not zero, so that it changes the logits.
func randomAdapter(layout *decoder.Layout) []float32 {
	values := layout.Init(3)
	random := rand.New(rand.NewPCG(4, 0))
	for i := range values {
		values[i] += float32(0.05 * random.NormFloat64())
	}
	return values
}

func greedy(tokens, samples int) Options {
	return Options{MaxNewTokens: tokens, TopP: 1, Samples: samples}
}

func sampled(tokens, samples int, seed uint64) Options {
	return Options{MaxNewTokens: tokens, Temperature: 1, TopP: 0.95, Samples: samples, Seed: seed}
}
