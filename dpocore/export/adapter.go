// Package export writes what a run leaves behind, and reads it back: a LoRA adapter as PEFT's folders hold it, and a
// merged model as transformers, vLLM and llama.cpp's converter read it.
package export

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// Files of an adapter folder.
const (
	configFile  = "adapter_config.json"
	weightsFile = "adapter_model.safetensors"
	binFile     = "adapter_model.bin"
)

// WriteAdapter writes adapter_config.json and adapter_model.safetensors, and adapter_model.bin where bin is set, and
// reads them back. baseModel is the name or path under which PEFT finds the base model. Sums of the folder's files, which
// would no longer be right, are removed first.
func WriteAdapter(dir string, layout llama.Layout, values []float32, baseModel string, bin bool) error {
	config, err := configOf(layout.LoRA, baseModel)
	if err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	list, err := factorTensors(layout, values)
	if err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if err := sums.Remove(dir); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if err := safetensors.Write(filepath.Join(dir, weightsFile), "F32", list); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if err := writeBin(filepath.Join(dir, binFile), list, bin); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, configFile), append(config, '\n')); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	return checkAdapter(dir, layout, values)
}

// factorTensors lists an adapter's factors in alphabetical order, the order of PEFT's own files.
func factorTensors(layout llama.Layout, values []float32) ([]safetensors.Tensor, error) {
	factors := slices.Clone(layout.Factors)
	slices.SortFunc(factors, func(a, b llama.Factor) int { return strings.Compare(a.Name, b.Name) })
	list := make([]safetensors.Tensor, len(factors))
	for i, factor := range factors {
		own := values[factor.Offset : factor.Offset+factor.Size()]
		if err := within(factor.Name, own, "F32"); err != nil {
			return nil, err
		}
		list[i] = safetensors.Tensor{Name: factor.Name, Shape: factor.Shape, Values: func() ([]float32, error) { return own, nil }}
	}
	return list, nil
}

// writeBin writes adapter_model.bin and reads it back, or removes one that an earlier adapter left.
func writeBin(path string, list []safetensors.Tensor, wanted bool) error {
	if !wanted {
		if err := disk.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := writeTorch(path, list); err != nil {
		return err
	}
	if err := checkTorch(path, list); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	return nil
}

// checkAdapter compares a written folder with the adapter in memory.
func checkAdapter(dir string, layout llama.Layout, values []float32) error {
	lora, err := ReadAdapterConfig(dir)
	if err != nil {
		return fmt.Errorf("check the adapter just written: %w", err)
	}
	if lora.Rank != layout.LoRA.Rank || lora.Scale() != layout.LoRA.Scale() {
		return fmt.Errorf("check the adapter just written: %s does not hold its rank and alpha", dir)
	}
	back, err := ReadAdapter(dir, layout)
	if err != nil {
		return fmt.Errorf("check the adapter just written: %w", err)
	}
	if !slices.Equal(back, values) {
		return fmt.Errorf("check the adapter just written: %s holds other values; is the disk sound?", dir)
	}
	return nil
}

// HashAdapter is the SHA-256 of a PEFT folder's weights, in hexadecimal; an error where the folder has sums of its files
// and the weights are not what was written.
func HashAdapter(dir string) (string, error) {
	if err := sums.Check(dir, weightsFile); err != nil {
		return "", fmt.Errorf("read the adapter: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(dir, weightsFile))
	if err != nil {
		return "", unreadable(dir, err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// ReadAdapter reads the values of a PEFT folder's adapter, laid out for a model. Each factor must be there in its
// shape, and nothing else. Where the folder has sums of its files, the adapter must have the right one.
func ReadAdapter(dir string, layout llama.Layout) ([]float32, error) {
	if err := sums.Check(dir, weightsFile); err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	file, err := safetensors.Open(filepath.Join(dir, weightsFile))
	if err != nil {
		return nil, unreadable(dir, err)
	}
	defer file.Close()
	values := make([]float32, layout.Size)
	for _, factor := range layout.Factors {
		info, ok := file.Info(factor.Name)
		if !ok {
			return nil, fmt.Errorf("the adapter %s has no tensor %s; it belongs to another model", dir, factor.Name)
		}
		if !slices.Equal(info.Shape, factor.Shape) {
			return nil, fmt.Errorf("the adapter %s has %s in shape %v where this model needs %v; it belongs to another model",
				dir, factor.Name, info.Shape, factor.Shape)
		}
		stored, err := file.Read(factor.Name)
		if err != nil {
			return nil, fmt.Errorf("read the adapter: %w", err)
		}
		if err := within(factor.Name, stored, "F32"); err != nil {
			return nil, fmt.Errorf("read the adapter %s: %w", dir, err)
		}
		copy(values[factor.Offset:], stored)
	}
	if extra := len(file.Names()) - len(layout.Factors); extra > 0 {
		return nil, fmt.Errorf("the adapter %s holds %d tensors that this model has no place for; it belongs to another model", dir, extra)
	}
	return values, nil
}

// unreadable says why the weights of an adapter folder can't be opened.
func unreadable(dir string, err error) error {
	if _, binErr := os.Stat(filepath.Join(dir, binFile)); binErr == nil && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the adapter %s has %s alone; this program reads %s, which PEFT writes by default", dir, binFile, weightsFile)
	}
	return fmt.Errorf("read the adapter: %w", err)
}
