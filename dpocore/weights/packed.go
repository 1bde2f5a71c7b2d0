package weights

import (
	"runtime"
	"slices"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// packing is how a slot's quantized matrices are stored together on the device, as package decoder describes it: so that
// the values of all of them are exact.
type packing struct {
	group      int // values that share a scale
	bits       int // of a code, 4 or 8
	mins, half bool
}

// join is the packing for matrices of several types; ok is false if one of them is not quantized.
func join(kinds []ggml.Type) (p packing, ok bool) {
	p = packing{group: kinds[0].Group, bits: kinds[0].Bits, half: true}
	for _, kind := range kinds {
		if !kind.Quantized() {
			return p, false
		}
		p.group, p.bits = min(p.group, kind.Group), max(p.bits, kind.Bits)
		p.mins, p.half = p.mins || kind.Mins, p.half && kind.Half
	}
	if slices.ContainsFunc(kinds, func(kind ggml.Type) bool { return kind.Signed == p.mins }) {
		p.bits = 8 // four bits are signed without minima, and unsigned with them
	}
	return p, true
}

// shapes are those of a slot's codes and scales on the device.
func (p packing) shapes(slot decoder.Slot) (codes, scales shapes.Shape) {
	in, out := slot.Dims[0], slot.Dims[1]
	codes = shapes.Make(dtypes.Int8, in/p.group, p.group, out)
	if p.bits == 4 {
		codes = shapes.Make(dtypes.Uint8, in/p.group, p.group/2, out)
	}
	kinds, dtype := 1, dtypes.Float32
	if p.mins {
		kinds = 2
	}
	if p.half {
		dtype = dtypes.Float16
	}
	return codes, shapes.Make(dtype, kinds, in/p.group, out)
}

// matrix is a stored matrix [rows, in] as codes; its row i is row order[i] of the file.
type matrix struct {
	kind   ggml.Type
	groups ggml.Groups
	order  []int
	in     int
}

// code and scale are those of a row's value or group; group counts groups of the given size.
func (m matrix) code(row, col int) int8 { return m.groups.Codes[m.order[row]*m.in+col] }

func (m matrix) scale(row, group, size int) (scale, minimum float32) {
	i := m.order[row]*(m.in/m.kind.Group) + group*size/m.kind.Group
	if m.groups.Mins != nil {
		minimum = m.groups.Mins[i]
	}
	return m.groups.Scales[i], minimum
}

// packer writes the stored matrices of a slot to its tensors.
type packer struct {
	packing
	slot   decoder.Slot
	codes  *tensors.Tensor
	scales *tensors.Tensor
}

// put writes a stored matrix to its place in the tensors; first is the number of rows of the matrices before it.
func (p packer) put(m matrix, first int) error {
	out := p.slot.Dims[1]
	err := p.codes.MutableFlatData(func(flat any) {
		switch codes := flat.(type) {
		case []int8:
			eachStrip(len(m.order), m.in, func(row, col int) { codes[col*out+first+row] = m.code(row, col) })
		case []uint8:
			half, offset := p.group/2, int8(0)
			if !p.mins {
				offset = 8
			}
			eachStrip(len(m.order), m.in/2, func(row, i int) {
				col := i/half*p.group + i%half
				low, high := m.code(row, col)+offset, m.code(row, col+half)+offset
				codes[i*out+first+row] = uint8(low) | uint8(high)<<4
			})
		}
	})
	if err != nil {
		return err
	}
	groups := m.in / p.group
	return p.scales.MutableFlatData(func(flat any) {
		set := setter(flat)
		eachStrip(len(m.order), groups, func(row, group int) {
			scale, minimum := m.scale(row, group, p.group)
			set(group*out+first+row, scale)
			if p.mins {
				set((groups+group)*out+first+row, minimum)
			}
		})
	})
}

// setter writes values to flat data of float32, or of float16, in which they are exact.
func setter(flat any) func(i int, value float32) {
	if halves, ok := flat.([]float16.Float16); ok {
		return func(i int, value float32) { halves[i] = float16.FromBits(safetensors.Float16Bits(value)) }
	}
	floats := flat.([]float32)
	return func(i int, value float32) { floats[i] = value }
}

// eachStrip is eachTransposed on all cores.
func eachStrip(rows, cols int, visit func(row, col int)) {
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for worker := range workers {
		begin, end := worker*rows/workers, (worker+1)*rows/workers
		wait.Go(func() { eachTransposed(end-begin, cols, func(row, col int) { visit(begin+row, col) }) })
	}
	wait.Wait()
}

// unpack returns the values of a part of a slot, whose rows are after the first ones, from the slot's tensors.
func unpack(slot decoder.Slot, codes, scales *tensors.Tensor, part decoder.Part, first int) (values []float32, err error) {
	in, out, groups := slot.Dims[0], slot.Dims[1], codes.Shape().Dim(0)
	group := in / groups
	mins := scales.Shape().Dim(0) == 2
	values = make([]float32, part.Rows*in)
	if err := codes.ConstFlatData(func(flat any) {
		code := codeReader(flat, group, out, mins)
		eachStrip(part.Rows, in, func(row, col int) { values[row*in+col] = code(col, first+row) })
	}); err != nil {
		return nil, err
	}
	err = scales.ConstFlatData(func(flat any) {
		scale := getter(flat)
		eachStrip(part.Rows, in, func(row, col int) {
			place := col/group*out + first + row
			value := float32(scale(place) * values[row*in+col]) // the conversion keeps the product apart from the sum
			if mins {
				value += scale(groups*out + place)
			}
			values[row*in+col] = value
		})
	})
	return values, err
}

// codeReader reads a code by its column in the stored matrix and its row among all of the slot's.
func codeReader(flat any, group, out int, mins bool) func(col, row int) float32 {
	if codes, ok := flat.([]int8); ok {
		return func(col, row int) float32 { return float32(codes[col*out+row]) }
	}
	codes, half, offset := flat.([]uint8), group/2, float32(8)
	if mins {
		offset = 0
	}
	return func(col, row int) float32 {
		i := col/group*half + col%half
		return float32(codes[i*out+row]>>(col%group/half*4)&15) - offset
	}
}

// getter reads flat data of float32 or float16.
func getter(flat any) func(i int) float32 {
	if halves, ok := flat.([]float16.Float16); ok {
		return func(i int) float32 { return halves[i].Float32() }
	}
	floats := flat.([]float32)
	return func(i int) float32 { return floats[i] }
}
