package weights

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Narrow rounds the matrices of all layers to a half precision, Float16 or BFloat16, on the device. Products with them
// then have operands and results of that precision; norms, embedding, vocabulary and everything between the products stay
// float32.
func (w *Weights) Narrow(dtype dtypes.DType) error {
	exec, err := graph.NewExec(w.backend, func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, dtype) })
	if err != nil {
		return fmt.Errorf("round the weights: %w", err)
	}
	defer exec.Finalize()
	for i := range w.Config.Layers {
		for j, tensor := range w.Layer(i) {
			if tensor.Rank() != 2 {
				continue
			}
			outputs, err := exec.Call(tensor)
			if err != nil {
				return fmt.Errorf("round the weights: %w", err)
			}
			tensor.MustFinalizeAll()
			w.Layer(i)[j] = outputs[0]
		}
	}
	w.half = true
	return nil
}

// Narrowed reports whether the matrices of the layers are in a half precision.
func (w *Weights) Narrowed() bool { return w.half }
