package weights

import "example.com/gonb-dpo/dpocore/decoder"

// put writes a part's values to its place among a slot's values; first is the number of rows of the parts before it.
func put(slot decoder.Slot, joined, values []float32, first int) {
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
