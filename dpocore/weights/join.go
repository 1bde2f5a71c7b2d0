package weights

import (
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// put writes a part's values to its place among a slot's values, a slice of float32, float16 or bfloat16, rounded to the
// nearest, ties to even; first is the number of rows of the parts before it.
func put(slot decoder.Slot, joined any, values []float32, first int) {
	switch joined := joined.(type) {
	case []float32:
		place(slot, joined, values, first)
	case []float16.Float16:
		toHalf := func(value float32) float16.Float16 { return float16.FromBits(safetensors.Float16Bits(value)) }
		place(slot, joined, rounded(values, toHalf), first)
	case []bfloat16.BFloat16:
		place(slot, joined, rounded(values, bfloat16.FromFloat32), first)
	}
}

func rounded[T any](values []float32, round func(float32) T) []T {
	list := make([]T, len(values))
	for i, value := range values {
		list[i] = round(value)
	}
	return list
}

func place[T any](slot decoder.Slot, joined, values []T, first int) {
	if !slot.Transposed {
		copy(joined[first*len(joined)/slot.Dims[0]:], values)
		return
	}
	in, out := slot.Dims[0], slot.Dims[1]
	eachTransposed(len(values)/in, in, func(row, col int) { joined[col*out+first+row] = values[row*in+col] })
}

// get is the inverse of put.
func get(slot decoder.Slot, joined, values []float32, first int) {
	if !slot.Transposed {
		copy(values, joined[first*len(joined)/slot.Dims[0]:])
		return
	}
	in, out := slot.Dims[0], slot.Dims[1]
	eachTransposed(len(values)/in, in, func(row, col int) { values[row*in+col] = joined[col*out+first+row] })
}

// eachTransposed visits the values of a matrix in strips of rows that fit in the processor's cache both in the matrix and
// in its transpose.
func eachTransposed(rows, cols int, visit func(row, col int)) {
	const strip = 16
	for top := 0; top < rows; top += strip {
		for col := range cols {
			for row := top; row < min(top+strip, rows); row++ {
				visit(row, col)
			}
		}
	}
}
