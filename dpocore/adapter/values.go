package adapter

import (
	"fmt"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/sums"
)

// ReadValues reads the factors of the adapter in dir into one vector [layout.Size]. The file must contain every factor of
// the layout in its shape and nothing else, and match the folder's checksum, if any.
func ReadValues(dir string, layout decoder.Layout) ([]float32, error) {
	if err := sums.Check(dir, weightsFile); err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	file, err := safetensors.Open(filepath.Join(dir, weightsFile))
	if err != nil {
		return nil, openError(dir, err)
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
	info, ok := file.Info(factor.Name)
	if !ok {
		return fmt.Errorf("the adapter %s has no tensor %s; it belongs to another model", dir, factor.Name)
	}
	if !slices.Equal(info.Shape, factor.Shape) {
		return fmt.Errorf("the adapter %s has %s in shape %v where this model needs %v; it belongs to another model",
			dir, factor.Name, info.Shape, factor.Shape)
	}
	stored, err := file.Read(factor.Name)
	if err != nil {
		return fmt.Errorf("read the adapter: %w", err)
	}
	if err := CheckRange(factor.Name, stored, "F32"); err != nil {
		return fmt.Errorf("read the adapter %s: %w", dir, err)
	}
	copy(values[factor.Offset:], stored)
	return nil
}
