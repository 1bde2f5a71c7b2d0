package weights_test

import (
	"os"
	"path/filepath"
	"strings"
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

// readTensors reads a folder's model.safetensors.
func readTensors(t testing.TB, folder string) []safetensors.Tensor {
	t.Helper()
	file, err := safetensors.Open(filepath.Join(folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []safetensors.Tensor
	for _, name := range file.Names() {
		info, _ := file.Info(name)
		values, err := file.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, safetensors.Tensor{Name: name, Shape: info.Shape, Values: func() ([]float32, error) { return values, nil }})
	}
	return list
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

// wantError demands an error that says all of the parts.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
}
