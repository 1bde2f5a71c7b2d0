// Package manydevices lets tests use several devices on a machine that has one.
package manydevices

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"

	"example.com/gonb-dpo/internal/deps"
)

// Open opens a CPU that appears as several devices.
func Open(t testing.TB, count int) compute.Backend {
	t.Helper()
	plugin, err := deps.XLAPlugin()
	if err != nil {
		t.Fatal(err)
	}
	backend, err := xla.NewWithOptions(plugin, pjrt.NamedValuesMap{"cpu_device_count": int64(count)})
	if err != nil {
		t.Fatal(err)
	}
	return backend
}
