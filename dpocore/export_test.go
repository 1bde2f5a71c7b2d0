package dpocore

import (
	"testing"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/manydevices"
)

// LoadOnDevices loads a model on a CPU that shows itself as several devices.
func LoadOnDevices(t testing.TB, m *Model, count int) {
	t.Helper()
	backend := manydevices.Open(t, count)
	weights, err := llama.Load(backend, m.Path)
	if err != nil {
		t.Fatal(err)
	}
	m.backend, m.weights, m.precision, m.devices = backend, weights, float32Name, count
}
