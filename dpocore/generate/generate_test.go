package generate_test

import (
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/llama"
)

// model is a loaded model with the backend that holds it.
type model struct {
	backend compute.Backend
	weights *llama.Weights
}

// load reads a model that is freed when the test ends.
func load(t testing.TB, path string) model {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	weights, err := llama.Load(backend, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { weights.Finalize(); backend.Finalize() })
	return model{backend, weights}
}

func (m model) generator(t testing.TB, layout *llama.Layout, adapter []float32) *generate.Generator {
	t.Helper()
	g, err := generate.New(m.backend, m.weights, layout, adapter)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Finalize)
	return g
}

func greedy(tokens, samples int) generate.Options {
	return generate.Options{MaxNewTokens: tokens, TopP: 1, Samples: samples}
}
