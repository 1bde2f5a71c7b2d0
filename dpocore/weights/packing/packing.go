// Package packing stores quantized matrices as graphs take them, see package decoder/packed, and reads them back. Start with [Join] and
// [Packer].
package packing

import (
	"runtime"
	"slices"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/packed/nf4"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// Packing is how a slot's quantized matrices are stored together on the device: so that the values of all of them are exact.
type Packing struct {
	group      int // values that share a scale
	bits       int // of a code, 4 or 8
	mins, half bool
	levels     bool // codes are numbers of the levels of NF4
}

// Join is the packing for matrices of several types; ok is false if one of them is not quantized.
func Join(kinds []ggml.Type) (p Packing, ok bool) {
	p = Packing{group: kinds[0].Group, bits: kinds[0].Bits, half: true, levels: kinds[0].Levels}
	for _, kind := range kinds {
		if !kind.Quantized() {
			return p, false
		}
		p.group, p.bits = min(p.group, kind.Group), max(p.bits, kind.Bits)
		p.mins, p.half = p.mins || kind.Mins, p.half && kind.Half
	}
	if !p.levels && slices.ContainsFunc(kinds, func(kind ggml.Type) bool { return kind.Signed == p.mins }) {
		p.bits = 8 // four bits are signed without minima, and unsigned with them
	}
	return p, true
}

// Shapes are those of a slot's codes and scales on the device.
func (p Packing) Shapes(slot decoder.Slot) (codes, scales shapes.Shape) {
	rows, in := Sizes(slot)
	perGroup, codeType, scaleType := p.group, dtypes.Int8, dtypes.Float32
	switch {
	case p.levels:
		perGroup, codeType = p.group/4, dtypes.Uint16
	case p.bits == 4:
		perGroup, codeType = p.group/2, dtypes.Uint8
	}
	if p.half {
		scaleType = dtypes.Float16
	}
	if slot.Transposed {
		return shapes.Make(codeType, in/p.group, perGroup, rows), shapes.Make(scaleType, p.kinds(), in/p.group, rows)
	}
	return shapes.Make(codeType, rows, in/p.group, perGroup), shapes.Make(scaleType, rows, p.kinds(), in/p.group)
}

// kinds is the number of scales and minima of a group.
func (p Packing) kinds() int {
	if p.mins {
		return 2
	}
	return 1
}

// placeIn returns where the i-th of the numbers that a row has, its codes or its scales, is in the slot's tensor of them.
func placeIn(slot decoder.Slot, perRow int) func(row, i int) int {
	rows, _ := Sizes(slot)
	if slot.Transposed {
		return func(row, i int) int { return i*rows + row }
	}
	return func(row, i int) int { return row*perRow + i }
}

// Rows are some rows of a stored matrix as codes.
type Rows struct {
	Kind   ggml.Type
	Groups ggml.Groups
	To     []int // the row among all of the slot's, for each
}

// in is the number of values in a row.
func (c Rows) in() int { return len(c.Groups.Codes) / len(c.To) }

// scale is that of a row's group, and its minimum; group counts groups of the given size.
func (c Rows) scale(row, group, size int) (scale, minimum float32) {
	i := row*(c.in()/c.Kind.Group) + group*size/c.Kind.Group
	if c.Groups.Mins != nil {
		minimum = c.Groups.Mins[i]
	}
	return c.Groups.Scales[i], minimum
}

// Packer writes the stored matrices of a slot to its tensors.
type Packer struct {
	Packing
	Slot   decoder.Slot
	Codes  *tensors.Tensor
	Scales *tensors.Tensor
}

// Put writes rows to their places in the tensors.
func (p Packer) Put(c Rows) error {
	rows, in := len(c.To), c.in()
	code := func(row, col int) int8 { return c.Groups.Codes[row*in+col] }
	err := p.Codes.MutableFlatData(func(flat any) {
		switch codes := flat.(type) {
		case []int8:
			at := placeIn(p.Slot, in)
			eachStrip(rows, in, func(row, col int) { codes[at(c.To[row], col)] = code(row, col) })
		case []uint8:
			half, offset, at := p.group/2, int8(0), placeIn(p.Slot, in/2)
			if !p.mins {
				offset = 8
			}
			eachStrip(rows, in/2, func(row, i int) {
				col := i/half*p.group + i%half
				low, high := code(row, col)+offset, code(row, col+half)+offset
				codes[at(c.To[row], i)] = uint8(low) | uint8(high)<<4
			})
		case []uint16:
			quarter, at := p.group/4, placeIn(p.Slot, in/4)
			eachStrip(rows, in/4, func(row, i int) {
				col, four := i/quarter*p.group+i%quarter, uint16(0)
				for part := range 4 {
					four |= uint16(code(row, col+part*quarter)) << (4 * part)
				}
				codes[at(c.To[row], i)] = four
			})
		}
	})
	if err != nil {
		return err
	}
	groups := in / p.group
	at := placeIn(p.Slot, p.kinds()*groups)
	return p.Scales.MutableFlatData(func(flat any) {
		set := setter(flat)
		eachStrip(rows, groups, func(row, group int) {
			scale, minimum := c.scale(row, group, p.group)
			set(at(c.To[row], group), scale)
			if p.mins {
				set(at(c.To[row], groups+group), minimum)
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

// eachStrip is EachTransposed on all cores.
func eachStrip(rows, cols int, visit func(row, col int)) {
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for worker := range workers {
		begin, end := worker*rows/workers, (worker+1)*rows/workers
		wait.Go(func() { EachTransposed(end-begin, cols, func(row, col int) { visit(begin+row, col) }) })
	}
	wait.Wait()
}

// Unpack returns the values of a part of a slot, whose rows are after the first ones, from the slot's tensors.
func Unpack(slot decoder.Slot, codes, scales *tensors.Tensor, part decoder.Part, first int) (values []float32, err error) {
	rows, in := Sizes(slot)
	groups := codes.Shape().Dim(1)
	if slot.Transposed {
		groups = codes.Shape().Dim(0)
	}
	group, kinds := in/groups, scales.Size()/(rows*groups)
	mins := kinds == 2
	values = make([]float32, part.Rows*in)
	if err := codes.ConstFlatData(func(flat any) {
		code := codeReader(slot, flat, group, mins)
		eachStrip(part.Rows, in, func(row, col int) { values[row*in+col] = code(first+row, col) })
	}); err != nil {
		return nil, err
	}
	at := placeIn(slot, kinds*groups)
	err = scales.ConstFlatData(func(flat any) {
		scale := getter(flat)
		eachStrip(part.Rows, in, func(row, col int) {
			value := float32(scale(at(first+row, col/group)) * values[row*in+col]) // the conversion keeps the product apart from the sum
			if mins {
				value += scale(at(first+row, groups+col/group))
			}
			values[row*in+col] = value
		})
	})
	return values, err
}

// codeReader reads a code by its row among all of the slot's, and its column.
func codeReader(slot decoder.Slot, flat any, group int, mins bool) func(row, col int) float32 {
	_, in := Sizes(slot)
	if codes, ok := flat.([]int8); ok {
		at := placeIn(slot, in)
		return func(row, col int) float32 { return float32(codes[at(row, col)]) }
	}
	if codes, ok := flat.([]uint16); ok {
		quarter, at := group/4, placeIn(slot, in/4)
		return func(row, col int) float32 {
			i := col/group*quarter + col%quarter
			return nf4.Levels[codes[at(row, i)]>>(col%group/quarter*4)&15]
		}
	}
	codes, half, offset, at := flat.([]uint8), group/2, float32(8), placeIn(slot, in/2)
	if mins {
		offset = 0
	}
	return func(row, col int) float32 {
		i := col/group*half + col%half
		return float32(codes[at(row, i)]>>(col%group/half*4)&15) - offset
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

// EachTransposed visits the values of a matrix in strips of rows that fit in the processor's cache both in the matrix and
// in its transpose.
func EachTransposed(rows, cols int, visit func(row, col int)) {
	const strip = 16
	for top := 0; top < rows; top += strip {
		for col := range cols {
			for row := top; row < min(top+strip, rows); row++ {
				visit(row, col)
			}
		}
	}
}

// Sizes are the number of rows of a slot's stored tensors, and of values in a row.
func Sizes(slot decoder.Slot) (rows, width int) {
	switch {
	case slot.Transposed:
		return slot.Dims[1], slot.Dims[0]
	case len(slot.Dims) == 2:
		return slot.Dims[0], slot.Dims[1]
	}
	return slot.Dims[0], 1
}
