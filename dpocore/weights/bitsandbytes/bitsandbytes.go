// Package bitsandbytes reads matrices in NF4 as the library bitsandbytes stores them in safetensors
// (https://github.com/bitsandbytes-foundation/bitsandbytes, class QuantState in functional.py). A matrix W [out, in] of n values, row after
// row in blocks of 64, is several tensors:
//
//	W                                     n/2 bytes, the first of two codes in the high bits: numbers of NF4's levels
//	W.absmax                              [blocks] float32, the scale of a block
//	W.quant_map                           [16] float32, the levels
//	W.quant_state.bitsandbytes__nf4       JSON: type, block size, shape
//
// With double quantization the scales are quantized too, in blocks of 256: scale = map[code]·nested + offset.
//
//	W.absmax                              [blocks] uint8, the codes
//	W.nested_absmax, W.nested_quant_map   float32, a block's scale, and the map, [256]
//
// Start with [Find].
package bitsandbytes

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// The ends of tensors' names.
const (
	stateEnd     = ".quant_state.bitsandbytes__nf4"
	fourBitEnd   = ".quant_state.bitsandbytes__fp4"
	absmaxEnd    = ".absmax"
	mapEnd       = ".quant_map"
	nestedEnd    = ".nested_absmax"
	nestedMapEnd = ".nested_quant_map"
)

// Files are a model's tensors: the file of each by its name. Those of a matrix may be in several files.
type Files map[string]*safetensors.File

// Matrix is a quantized matrix in a folder.
type Matrix struct {
	files  Files
	name   string
	shape  []int
	nested *nested // nil without double quantization
}

// nested is how the scales of a matrix are quantized.
type nested struct {
	block  int
	scales []float32 // of blocks
	levels []float32
	offset float32
}

// state is the content of W.quant_state.
type state struct {
	Type        string  `json:"quant_type"`
	Block       int     `json:"blocksize"`
	Shape       []int   `json:"shape"`
	NestedBlock int     `json:"nested_blocksize"`
	Offset      float32 `json:"nested_offset"`
}

// Find lists the quantized matrices of a folder by name. Errors name the tensor.
func Find(files Files) (map[string]*Matrix, error) {
	found := map[string]*Matrix{}
	for _, full := range slices.Sorted(maps.Keys(files)) { // so that of several errors the same one is reported
		if name, ok := strings.CutSuffix(full, fourBitEnd); ok {
			return nil, fmt.Errorf("tensor %q is quantized by bitsandbytes to fp4, of whose formats this program reads NF4; use the model that it was made from, with --quantize nf4", name)
		}
		name, ok := strings.CutSuffix(full, stateEnd)
		if !ok {
			continue
		}
		matrix, err := open(files, name)
		if err != nil {
			return nil, fmt.Errorf("tensor %q, quantized by bitsandbytes: %w", name, err)
		}
		found[name] = matrix
	}
	return found, nil
}

func open(files Files, name string) (*Matrix, error) {
	raw, err := files.bytes(name + stateEnd)
	if err != nil {
		return nil, err
	}
	var s state
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("%s%s: %w", name, stateEnd, err)
	}
	if s.Type != "nf4" || s.Block != ggml.NF4.Block || len(s.Shape) != 2 || s.Shape[0] < 1 || s.Shape[1] < 1 {
		return nil, fmt.Errorf("it has the type %q, blocks of %d and the shape %v; this program reads matrices in nf4 with blocks of %d", s.Type, s.Block, s.Shape, ggml.NF4.Block)
	}
	m := &Matrix{files: files, name: name, shape: s.Shape}
	levels, err := files.floats(name+mapEnd, len(nf4.Levels))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(levels, nf4.Levels[:]) {
		return nil, fmt.Errorf("its levels (%s%s) are not those of NF4", name, mapEnd)
	}
	if _, ok := files[name+nestedEnd]; ok {
		if m.nested, err = m.openNested(s); err != nil {
			return nil, err
		}
	}
	return m, m.checkSizes()
}

func (m *Matrix) openNested(s state) (*nested, error) {
	if s.NestedBlock < 1 {
		return nil, fmt.Errorf("its scales are in blocks of %d (nested_blocksize)", s.NestedBlock)
	}
	n := &nested{block: s.NestedBlock, offset: s.Offset}
	var err, again error
	n.scales, err = m.files.floats(m.name+nestedEnd, blocks(m.blocks(), n.block))
	n.levels, again = m.files.floats(m.name+nestedMapEnd, 256)
	return n, errors.Join(err, again)
}

// checkSizes compares the sizes of codes and scales with the shape.
func (m *Matrix) checkSizes() error {
	scale := 4
	if m.nested != nil {
		scale = 1
	}
	if err := m.checkSize(m.name, blocks(m.size(), 2)); err != nil {
		return err
	}
	return m.checkSize(m.name+absmaxEnd, scale*m.blocks())
}

func (m *Matrix) checkSize(name string, want int) error {
	file, ok := m.files[name]
	if !ok {
		return fmt.Errorf("the folder has no tensor %q", name)
	}
	if info, _ := file.Info(name); info.Offsets[1]-info.Offsets[0] != int64(want) {
		return fmt.Errorf("%s has %d bytes where the shape %v makes it %d", name, info.Offsets[1]-info.Offsets[0], m.shape, want)
	}
	return nil
}

// Shape is [out, in].
func (m *Matrix) Shape() []int { return m.shape }

func (m *Matrix) size() int   { return m.shape[0] * m.shape[1] }
func (m *Matrix) blocks() int { return blocks(m.size(), ggml.NF4.Block) }

// blocks is how many blocks of a size hold n values.
func blocks(n, size int) int { return (n + size - 1) / size }

// Groups reads the rows from begin to before end as codes and scales of [ggml.NF4]. Rows must be whole blocks.
func (m *Matrix) Groups(begin, end int) (ggml.Groups, error) {
	first, last := begin*m.shape[1], end*m.shape[1]
	codes, err := m.codes(first, last)
	if err != nil {
		return ggml.Groups{}, err
	}
	scales, err := m.scales(first/ggml.NF4.Block, last/ggml.NF4.Block)
	return ggml.Groups{Codes: codes, Scales: scales}, err
}

// Rows reads the rows from begin to before end as values.
func (m *Matrix) Rows(begin, end int) ([]float32, error) {
	first, last := begin*m.shape[1], end*m.shape[1]
	codes, err := m.codes(first, last)
	if err != nil {
		return nil, err
	}
	block := first / ggml.NF4.Block
	scales, err := m.scales(block, blocks(last, ggml.NF4.Block))
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(codes))
	for i, code := range codes {
		values[i] = nf4.Levels[code] * scales[(first+i)/ggml.NF4.Block-block]
	}
	return values, nil
}

// codes reads those of the values from first to before last.
func (m *Matrix) codes(first, last int) ([]int8, error) {
	raw, err := m.files[m.name].ReadBytes(m.name, first/2, blocks(last, 2))
	if err != nil {
		return nil, err
	}
	codes := make([]int8, last-first)
	for i := range codes {
		at := first%2 + i
		codes[i] = int8(raw[at/2] >> (4 * (1 - at%2)) & 15)
	}
	return codes, nil
}

// scales reads those of the blocks from first to before last.
func (m *Matrix) scales(first, last int) ([]float32, error) {
	name := m.name + absmaxEnd
	if m.nested == nil {
		return m.files[name].ReadValues(name, first, last-first)
	}
	raw, err := m.files[name].ReadBytes(name, first, last)
	scales := make([]float32, len(raw))
	for i, code := range raw {
		product := m.nested.levels[code] * m.nested.scales[(first+i)/m.nested.block]
		scales[i] = float32(product) + m.nested.offset // the conversion keeps the product apart from the sum
	}
	return scales, err
}

// bytes reads a tensor of any type.
func (f Files) bytes(name string) ([]byte, error) {
	file, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("the folder has no tensor %q", name)
	}
	info, _ := file.Info(name)
	return file.ReadBytes(name, 0, int(info.Offsets[1]-info.Offsets[0]))
}

// floats reads a tensor with a number of values.
func (f Files) floats(name string, count int) ([]float32, error) {
	file, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("the folder has no tensor %q", name)
	}
	values, err := file.Read(name)
	if err == nil && len(values) != count {
		err = fmt.Errorf("%s has %d values where there must be %d", name, len(values), count)
	}
	return values, err
}
