package weights

import (
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/packing"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// put writes rows to their places among a slot's values, a slice of float32, float16 or bfloat16, rounded to the nearest, ties
// to even; to is the slot's row for each.
func put(slot decoder.Slot, joined any, values []float32, to []int) {
	switch joined := joined.(type) {
	case []float32:
		place(slot, joined, values, to)
	case []float16.Float16:
		toHalf := func(value float32) float16.Float16 { return float16.FromBits(safetensors.Float16Bits(value)) }
		place(slot, joined, rounded(values, toHalf), to)
	case []bfloat16.BFloat16:
		place(slot, joined, rounded(values, bfloat16.FromFloat32), to)
	}
}

func rounded[T any](values []float32, round func(float32) T) []T {
	list := make([]T, len(values))
	for i, value := range values {
		list[i] = round(value)
	}
	return list
}

func place[T any](slot decoder.Slot, joined, values []T, to []int) {
	rows, width := packing.Sizes(slot)
	if slot.Transposed {
		packing.EachTransposed(len(to), width, func(row, col int) { joined[col*rows+to[row]] = values[row*width+col] })
		return
	}
	for row, target := range to {
		copy(joined[target*width:], values[row*width:(row+1)*width])
	}
}

// get reads the values of a part from a slot's values in float32; first is the number of rows of the parts before it.
func get(slot decoder.Slot, joined, values []float32, first int) {
	if !slot.Transposed {
		copy(values, joined[first*len(joined)/slot.Dims[0]:])
		return
	}
	in, out := slot.Dims[0], slot.Dims[1]
	packing.EachTransposed(len(values)/in, in, func(row, col int) { values[row*in+col] = joined[col*out+first+row] })
}
