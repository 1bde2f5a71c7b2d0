package weights_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestRoundedWhileLoading: matrices that are loaded in half precision are those of float32, rounded on the device; vectors
// stay float32. The sizes are those that are foreseen.
func TestRoundedWhileLoading(t *testing.T) {
	backend := openBackend(t)
	q4 := func(string) string { return "Q4_1" }
	for _, path := range []string{tinymodel.Write(t, tinymodel.Config(), 1), tinymodel.WriteGGUF(t, tinymodel.Config(), 5, 1, q4)} {
		whole, err := weights.Load(backend, path)
		if err != nil {
			t.Fatal(err)
		}
		defer whole.Finalize()
		for _, precision := range []dtypes.DType{dtypes.Float16, dtypes.BFloat16} {
			half, err := weights.LoadAs(backend, path, weights.Form{Precision: precision})
			if err != nil {
				t.Fatal(err)
			}
			defer half.Finalize()
			if sizes, err := weights.SizesOf(path, precision, ""); err != nil || sizes.Float != half.Bytes() {
				t.Errorf("%s: %d bytes are loaded, %+v are foreseen (%v)", precision, half.Bytes(), sizes, err)
			}
			for i, tensor := range half.Tensors() {
				want := precision
				if tensor.Rank() == 1 {
					want = dtypes.Float32
				}
				if rounded := roundedOnDevice(t, whole.Tensors()[i], want); !tensor.Equal(rounded) {
					t.Errorf("%s, tensor %d, %s, is not what the device rounds to", precision, i, tensor.Shape())
				}
			}
		}
	}
}

// roundedOnDevice is a tensor rounded to a type by XLA.
func roundedOnDevice(t *testing.T, whole *tensors.Tensor, dtype dtypes.DType) *tensors.Tensor {
	t.Helper()
	outputs, err := graph.CallOnceN(openBackend(t), func(x *graph.Node) []*graph.Node {
		return []*graph.Node{graph.ConvertDType(x, dtype)}
	}, whole)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(outputs[0].MustFinalizeAll)
	return outputs[0]
}
