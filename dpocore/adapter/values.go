package adapter

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// ReadValues reads the factors of the adapter in dir into one vector of the layout's size. The file must contain every factor of
// the layout in its shape and nothing else, and match the folder's checksum, if any.
func ReadValues(dir string, layout decoder.Layout) ([]float32, error) {
	file, err := openWeights(dir)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values := make([]float32, layout.Size)
	for _, factor := range layout.Factors {
		if err := readFactor(file, dir, factor, values); err != nil {
			return nil, err
		}
	}
	if extra := len(file.Names()) - len(layout.Factors); extra > 0 {
		return nil, fmt.Errorf("the adapter %s has %d tensors that this model does not have; it belongs to another model", dir, extra)
	}
	return values, nil
}

// readFactor copies one factor of the adapter in dir to its offset in values.
func readFactor(file *safetensors.File, dir string, factor decoder.Factor, values []float32) error {
	if err := checkFactor(file, dir, factor.Name, factor.Name, factor.Shape); err != nil {
		return err
	}
	stored, err := readFinite(file, factor.Name)
	if err != nil {
		return fmt.Errorf("read the adapter %s: %w", dir, err)
	}
	copy(values[factor.Offset:], stored)
	return nil
}
