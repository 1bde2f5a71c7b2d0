package loss_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// call runs a graph once and returns its outputs as flat values.
func call(t testing.TB, build func([]*graph.Node) []*graph.Node, inputs ...any) [][]float32 {
	t.Helper()
	outputs, err := graph.CallOnceN(backend, build, inputs...)
	return flat(t, outputs, err)
}

// flat copies outputs to the host and frees them.
func flat(t testing.TB, outputs []*tensors.Tensor, err error) [][]float32 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float32, len(outputs))
	for i, output := range outputs {
		if err := output.ConstFlatData(func(data any) { values[i] = append(values[i], data.([]float32)...) }); err != nil {
			t.Fatal(err)
		}
		output.MustFinalizeAll()
	}
	return values
}

func matrix[T float32 | float64 | int32](values []T, dims ...int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, dims...)
}
