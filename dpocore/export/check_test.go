package export

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// newTensor returns a tensor; its values should be integers, which every type represents exactly.
func newTensor(name string, values []float32, shape ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }}
}

func checkError(t *testing.T, what string, err error, message string) {
	t.Helper()
	if (err == nil) != (message == "") || err != nil && !strings.Contains(err.Error(), message) {
		t.Errorf("%s: error %v, want one with %q", what, err, message)
	}
}

func TestCheckTensorsFindsDifferences(t *testing.T) {
	a, b := newTensor("a", []float32{1, 2, 3, 4, 5, 6}, 2, 3), newTensor("b", []float32{7}, 1)
	for _, c := range []struct {
		name, stored string
		want         []safetensors.Tensor
		message      string
	}{
		{"identical", "F32", []safetensors.Tensor{a, b}, ""},
		{"one too many", "F32", []safetensors.Tensor{a}, "has 2 tensors instead of 1"},
		{"one too few", "F32", []safetensors.Tensor{a, b, newTensor("c", []float32{8}, 1)}, "has 2 tensors instead of 3"},
		{"another name", "F32", []safetensors.Tensor{a, newTensor("c", []float32{7}, 1)}, "has no tensor c"},
		{"another shape", "F32", []safetensors.Tensor{newTensor("a", []float32{1, 2, 3, 4, 5, 6}, 3, 2), b}, "has no tensor a"},
		{"another type", "F16", []safetensors.Tensor{a, b}, "has no tensor a"},
		{"another value", "F32", []safetensors.Tensor{a, newTensor("b", []float32{8}, 1)}, "another value in b"},
	} {
		dir := t.TempDir()
		if err := safetensors.Write(filepath.Join(dir, "model.safetensors"), "F32", []safetensors.Tensor{a, b}); err != nil {
			t.Fatal(err)
		}
		checkError(t, c.name, checkTensors(dir, c.want, c.stored), c.message)
	}
}
