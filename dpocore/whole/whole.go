// Package whole reads and writes models whose weights are all trained: folders with model.safetensors and config.json, which
// transformers loads. Their values are one vector, slot after slot as decoder.WholeLayout has it. Start with [Write] and [Read].
package whole

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/packing"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// Files of a folder besides the tokenizer's.
const (
	WeightsFile = "model.safetensors"
	ConfigFile  = "config.json"
)

// Write writes a model in float32 to a folder, and reads it back to compare. generation is the content of generation_config.json.
func Write(dir string, c decoder.Config, values []float32, generation map[string]any) error {
	if err := write(dir, c, values, generation); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	stored, err := Read(dir, c.Slots())
	if err == nil && !slices.Equal(stored, values) {
		err = fmt.Errorf("%s has other values; check the disk for errors", dir)
	}
	if err != nil {
		return fmt.Errorf("check the model just written: %w", err)
	}
	return nil
}

func write(dir string, c decoder.Config, values []float32, generation map[string]any) error {
	var list []safetensors.Tensor
	for _, p := range places(c.Slots(), values) {
		if err := adapter.CheckRange(p.part.Name, p.values, "F32"); err != nil {
			return err
		}
		list = append(list, safetensors.Tensor{Name: p.part.Name, Shape: p.slot.StoredShape(p.part), Values: func() ([]float32, error) { return p.stored(), nil }})
	}
	if err := safetensors.Write(filepath.Join(dir, WeightsFile), "F32", list); err != nil {
		return err
	}
	config, err := configfile.JSON(c, "float32")
	if err != nil {
		return err
	}
	if err := atomicfile.WriteJSON(filepath.Join(dir, ConfigFile), json.RawMessage(config)); err != nil {
		return err
	}
	return atomicfile.WriteJSON(filepath.Join(dir, configfile.GenerationFile), generation)
}

// Read reads the values of a model with these slots that Write wrote.
func Read(dir string, slots []decoder.Slot) ([]float32, error) {
	file, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	size := 0
	for _, slot := range slots {
		size += slot.Size()
	}
	values := make([]float32, size)
	for _, p := range places(slots, values) {
		stored, err := file.Read(p.part.Name)
		if err != nil {
			return nil, err
		}
		if info, _ := file.Info(p.part.Name); !slices.Equal(info.Shape, p.slot.StoredShape(p.part)) {
			return nil, fmt.Errorf("tensor %q of %s has shape %v, want %v", p.part.Name, dir, info.Shape, p.slot.StoredShape(p.part))
		}
		p.put(stored)
	}
	return values, nil
}

// place is where a stored tensor is in the values.
type place struct {
	slot   decoder.Slot
	part   decoder.Part
	first  int       // rows of the slot's parts before it
	values []float32 // of the slot
}

func places(slots []decoder.Slot, values []float32) (list []place) {
	for _, slot := range slots {
		first := 0
		for _, part := range slot.Parts {
			list = append(list, place{slot, part, first, values[:slot.Size()]})
			first += part.Rows
		}
		values = values[slot.Size():]
	}
	return list
}

// each calls fn with the index of each value in the stored tensor and in the slot.
func (p place) each(fn func(stored, joined int)) {
	rows, width := packing.Sizes(p.slot)
	if !p.slot.Transposed {
		for i := range p.part.Rows * width {
			fn(i, p.first*width+i)
		}
		return
	}
	packing.EachTransposed(p.part.Rows, width, func(row, col int) { fn(row*width+col, col*rows+p.first+row) })
}

func (p place) stored() []float32 {
	_, width := packing.Sizes(p.slot)
	values := make([]float32, p.part.Rows*width)
	p.each(func(stored, joined int) { values[stored] = p.values[joined] })
	return values
}

func (p place) put(values []float32) {
	p.each(func(stored, joined int) { p.values[joined] = values[stored] })
}
