package export

import (
	"context"
	"runtime"
	"sync"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// mergedTensors lists a model's tensors in the order of its folder. Each is merged when its values are read, and reading
// fails once the context has ended.
func mergedTensors(ctx context.Context, model Model, stored string) []safetensors.Tensor {
	var tensors []safetensors.Tensor
	layout := model.Layout
	factor := func(f decoder.Factor) []float32 { return model.Adapter[f.Offset : f.Offset+f.Size()] }
	model.Weights.Stored(func(name string, shape []int, values func() ([]float32, error)) {
		tensors = append(tensors, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			w, err := values()
			if err != nil {
				return nil, err
			}
			if a, b, ok := layout.Of(name); ok {
				addProduct(w, factor(b), factor(a), a.Shape, float32(layout.LoRA.ScaleOf(decoder.ModuleOf(name))))
			}
			return w, adapter.CheckRange(name, w, stored)
		}})
	})
	return tensors
}

// addProduct adds scale·B·A to w [out, in], with B [out, rank] and A [rank, in]. The rows are divided among all cores.
func addProduct(w, b, a []float32, shapeA []int, scale float32) {
	rank, in := shapeA[0], shapeA[1]
	rows := len(w) / in
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			sum := make([]float32, in)
			for row := worker * rows / workers; row < (worker+1)*rows/workers; row++ {
				clear(sum)
				for r := range rank {
					factor := b[row*rank+r]
					for i, value := range a[r*in : (r+1)*in] {
						sum[i] += factor * value
					}
				}
				for i, value := range sum {
					w[row*in+i] += scale * value
				}
			}
		})
	}
	wait.Wait()
}
