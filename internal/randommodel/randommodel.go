// Package randommodel writes model folders with random weights, which are the same on every machine.
package randommodel

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// Deviation is the standard Deviation of the matrices' values. It is large for a narrow model, so that logits differ clearly.
const Deviation = 0.1

// Write writes config.json and model.safetensors in float32 into a folder, for [weights.Load]. The same seed gives the same
// weights.
func Write(folder string, config decoder.Config, seed uint64) error {
	raw, err := configfile.JSON(config, "float32")
	if err != nil {
		return fmt.Errorf("write a random model: %w", err)
	}
	if err := atomicfile.WriteBytes(filepath.Join(folder, "config.json"), raw); err != nil {
		return fmt.Errorf("write a random model: %w", err)
	}
	if err := safetensors.Write(filepath.Join(folder, "model.safetensors"), "F32", tensors(config, seed)); err != nil {
		return fmt.Errorf("write a random model: %w", err)
	}
	return nil
}

// tensors lists a model's tensors under Hugging Face's names: matrices around 0, norms around 1.
func tensors(c decoder.Config, seed uint64) []safetensors.Tensor {
	random := rand.New(rand.NewPCG(seed, 0))
	var list []safetensors.Tensor
	add := func(name string, mean float64, shape ...int) {
		values := make([]float32, safetensors.Info{Shape: shape}.Size())
		for i := range values {
			values[i] = float32(mean + Deviation*random.NormFloat64())
		}
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }})
	}
	biases := map[string]bool{}
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			biases[part.Name] = strings.HasSuffix(part.Name, ".bias")
		}
	}
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			bias := strings.TrimSuffix(part.Name, "weight") + "bias"
			switch {
			case biases[part.Name]: // follows its matrix
				continue
			case len(slot.Dims) == 1:
				add(part.Name, 1, part.Rows)
			case slot.Transposed:
				add(part.Name, 0, part.Rows, slot.Dims[0])
			default:
				add(part.Name, 0, part.Rows, slot.Dims[1])
			}
			if biases[bias] {
				add(bias, 0, part.Rows)
			}
		}
	}
	return list
}
