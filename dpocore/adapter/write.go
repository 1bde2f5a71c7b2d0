package adapter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// Options are what a folder has beside the adapter's values.
type Options struct {
	BaseModel string  // name or path under which PEFT finds the base model
	Dropout   float64 // that the adapter was trained with: a share from 0 to below 1, which PEFT applies if it trains on
	Bin       bool    // also write adapter_model.bin
}

// Write writes adapter_config.json and adapter_model.safetensors to dir, and adapter_model.bin if it is wanted, then reads
// them back and compares. values has the layout's size. Checksums of earlier files are removed first.
func Write(dir string, layout decoder.Layout, values []float32, o Options) error {
	if err := write(dir, layout, values, o); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if err := verify(dir, layout, values); err != nil {
		return fmt.Errorf("check the adapter just written: %w", err)
	}
	return nil
}

func write(dir string, layout decoder.Layout, values []float32, o Options) error {
	config, err := configOf(layout.LoRA, o)
	if err != nil {
		return err
	}
	tensors, err := factorTensors(layout, values)
	if err != nil {
		return err
	}
	if err := sums.Remove(dir); err != nil {
		return err
	}
	if err := safetensors.Write(filepath.Join(dir, weightsFile), "F32", tensors); err != nil {
		return err
	}
	if o.Bin {
		err = writeBin(filepath.Join(dir, binFile), tensors)
	} else {
		err = removeBin(filepath.Join(dir, binFile))
	}
	if err != nil {
		return err
	}
	return atomicfile.WriteJSON(filepath.Join(dir, configFile), config)
}

// factorTensors lists an adapter's factors in alphabetical order, the order of PEFT's files.
func factorTensors(layout decoder.Layout, values []float32) ([]safetensors.Tensor, error) {
	factors := slices.Clone(layout.Factors)
	slices.SortFunc(factors, func(a, b decoder.Factor) int { return strings.Compare(a.Name, b.Name) })
	tensors := make([]safetensors.Tensor, len(factors))
	for i, factor := range factors {
		part := values[factor.Offset : factor.Offset+factor.Size()]
		if err := CheckRange(factor.Name, part, "F32"); err != nil {
			return nil, err
		}
		tensors[i] = safetensors.Tensor{Name: factor.Name, Shape: factor.Shape, Values: func() ([]float32, error) { return part, nil }}
	}
	return tensors, nil
}

// writeBin writes adapter_model.bin and reads it back.
func writeBin(path string, tensors []safetensors.Tensor) error {
	if err := writeTorch(path, tensors); err != nil {
		return err
	}
	if err := checkTorch(path, tensors); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	return nil
}

// removeBin removes the adapter_model.bin of an earlier adapter, if any.
func removeBin(path string) error {
	if err := disk.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// verify compares a folder with the adapter in memory.
func verify(dir string, layout decoder.Layout, values []float32) error {
	lora, err := ReadConfig(dir)
	if err != nil {
		return err
	}
	if !lora.Equal(layout.LoRA) {
		return fmt.Errorf("%s has another rank or alpha; check the disk for errors", dir)
	}
	stored, err := ReadValues(dir, layout)
	if err != nil {
		return err
	}
	if !slices.Equal(stored, values) {
		return fmt.Errorf("%s has other values; check the disk for errors", dir)
	}
	return nil
}
