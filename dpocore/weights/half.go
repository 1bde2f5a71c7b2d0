package weights

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Narrow rounds the matrices of all layers to a half precision, Float16 or BFloat16, on the device; quantized ones stay as
// they are, and are rounded when they are widened. Products with them
// then have operands and results of that precision; norms, embedding, vocabulary and everything between the products stay
// float32.
func (w *Weights) Narrow(dtype dtypes.DType) error {
	exec, err := graph.NewExec(w.backend, func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, dtype) })
	if err != nil {
		return fmt.Errorf("round the weights: %w", err)
	}
	defer exec.Finalize()
	for i := range w.Config.Layers {
		for _, slot := range w.layer(i) {
			if len(slot) == 2 || slot[0].Rank() != 2 { // quantized, or a vector
				continue
			}
			outputs, err := exec.Call(slot[0])
			if err != nil {
				return fmt.Errorf("round the weights: %w", err)
			}
			slot[0].MustFinalizeAll()
			slot[0] = outputs[0]
		}
	}
	w.half, w.Config.Products = true, dtype
	return nil
}

// Narrowed reports whether the matrices of the layers are in a half precision.
func (w *Weights) Narrowed() bool { return w.half }
