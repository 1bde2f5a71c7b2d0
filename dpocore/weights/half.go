package weights

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Narrow rounds the matrices, embedding and vocabulary included, to a half precision, Float16 or BFloat16, on the device,
// where they take half the memory; quantized ones stay as they are, and are rounded when they are widened. Products with
// them are then computed in that precision, see [decoder.Product]; norms and biases stay float32.
func (w *Weights) Narrow(precision dtypes.DType) error {
	exec, err := graph.NewExec(w.backend, func(x *graph.Node) *graph.Node { return graph.ConvertDType(x, precision) })
	if err != nil {
		return fmt.Errorf("round the weights: %w", err)
	}
	defer exec.Finalize()
	for _, slot := range w.slots {
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
	w.Config.Products = precision
	return nil
}

// Precision is the type in which products with the matrices are computed: Float32, or that of [Weights.Narrow].
func (w *Weights) Precision() dtypes.DType {
	if w.Config.Products == dtypes.InvalidDType {
		return dtypes.Float32
	}
	return w.Config.Products
}
