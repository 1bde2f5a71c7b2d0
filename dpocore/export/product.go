package export

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
)

// mergedTensors lists a model's tensors in the order of its folder, each merged when its values are asked for, until the
// context ends.
func mergedTensors(ctx context.Context, weights *llama.Weights, layout llama.Layout, adapter []float32, stored string) []safetensors.Tensor {
	var list []safetensors.Tensor
	weights.Stored(func(name string, shape []int, values func() ([]float32, error)) {
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			w, err := values()
			if err != nil {
				return nil, err
			}
			if a, b, ok := layout.Of(name); ok {
				addProduct(w, adapter[b.Offset:b.Offset+b.Size()], adapter[a.Offset:a.Offset+a.Size()], a.Shape[1], layout.LoRA)
			}
			return w, within(name, w, stored)
		}})
	})
	return list
}

// addProduct adds scale·B·A to w [out, in], with B [out, rank] and A [rank, in], rows side by side on all cores.
func addProduct(w, b, a []float32, in int, lora llama.LoRA) {
	rank, scale := lora.Rank, float32(lora.Scale())
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

// largest is the greatest finite value of each type.
var largest = map[string]float32{"F32": math.MaxFloat32, "F16": 65504, "BF16": 0x1.fep127}

// within refuses values that are not finite, or would not be as the stored type.
func within(name string, values []float32, stored string) error {
	limit := largest[stored]
	for _, value := range values {
		switch {
		case value-value != 0: // infinite, or not a number
			return fmt.Errorf("tensor %s holds %g; the training that made it went astray: lower its learning rate", name, value)
		case value > limit || value < -limit:
			return fmt.Errorf("tensor %s holds %g, beyond the range of the type; use float32, or bfloat16 in place of float16", name, value)
		}
	}
	return nil
}
