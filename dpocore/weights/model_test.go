package weights_test

import (
	"os"
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

func writeTensors(t testing.TB, path string, list []safetensors.Tensor) {
	t.Helper()
	if err := safetensors.Write(path, "F32", list); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
