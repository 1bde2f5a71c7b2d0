package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"example.com/gonb-dpo/internal/atomicfile"
)

// Tensor is a tensor to write. Values is called when the tensor is written, so that a model need not be in memory twice.
type Tensor struct {
	Name   string
	Shape  []int
	Values func() ([]float32, error)
}

// Write writes tensors as dtype (F32, F16 or BF16) in the given order. The file is written atomically. Its metadata are
// {"format": "pt"}, without which Hugging Face's readers refuse it.
func Write(path, dtype string, tensors []Tensor) error {
	width, ok := widths[dtype]
	if !ok {
		return fmt.Errorf("write %s: type %q is not one of F32, F16, BF16", path, dtype)
	}
	header, err := headerOf(tensors, dtype, width)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		for _, tensor := range tensors {
			if err := writeValues(w, tensor, dtype); err != nil {
				return fmt.Errorf("tensor %q: %w", tensor.Name, err)
			}
		}
		return nil
	})
}

// headerOf returns the JSON header, padded with spaces so that the data start at a multiple of 8 bytes.
func headerOf(tensors []Tensor, dtype string, width int64) ([]byte, error) {
	entries := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	offset := int64(0)
	for _, tensor := range tensors {
		if _, twice := entries[tensor.Name]; twice {
			return nil, fmt.Errorf("tensor %q is named twice", tensor.Name)
		}
		info := Info{DType: dtype, Shape: append([]int{}, tensor.Shape...)} // a list for a scalar too, never null
		info.Offsets = [2]int64{offset, offset + int64(info.Size())*width}
		offset = info.Offsets[1]
		entries[tensor.Name] = info
	}
	header, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	return header, nil
}

func writeValues(w io.Writer, tensor Tensor, dtype string) error {
	values, err := tensor.Values()
	if err != nil {
		return err
	}
	if want := (Info{Shape: tensor.Shape}).Size(); len(values) != want {
		return fmt.Errorf("it has %d values where shape %v needs %d", len(values), tensor.Shape, want)
	}
	var raw []byte
	for len(values) > 0 {
		part := values[:min(len(values), 1<<16)]
		values = values[len(part):]
		raw = encode(raw[:0], part, dtype)
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

func encode(raw []byte, values []float32, dtype string) []byte {
	switch dtype {
	case "F16":
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint16(raw, Float16Bits(v))
		}
	case "BF16":
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint16(raw, Bfloat16Bits(v))
		}
	default:
		raw, _ = binary.Append(raw, binary.LittleEndian, values) // float32 always has an encoding
	}
	return raw
}

// Rounded returns the values that would be read back after writing these as dtype (F32, F16 or BF16).
func Rounded(values []float32, dtype string) []float32 {
	return decode(encode(nil, values, dtype), dtype, len(values))
}
