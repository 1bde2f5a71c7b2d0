package dpocore

import (
	"testing"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/deps"
)

// LoadOnDevices loads a model on a CPU that shows itself as several devices.
func LoadOnDevices(t testing.TB, m *Model, count int) {
	t.Helper()
	plugin, err := deps.XLAPlugin()
	if err != nil {
		t.Fatal(err)
	}
	backend, err := xla.NewWithOptions(plugin, pjrt.NamedValuesMap{"cpu_device_count": int64(count)})
	if err != nil {
		t.Fatal(err)
	}
	m.backend, m.precision, m.devices = backend, float32Name, count
	if m.weights, err = llama.Load(backend, m.Path); err != nil {
		t.Fatal(err)
	}
}
