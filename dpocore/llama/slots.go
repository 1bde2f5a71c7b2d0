package llama

import "strconv"

// slot is one parameter of a graph: a tensor of shape dims, made of one or more stored tensors. They are laid over each
// other, or where it is turned, transposed and side by side.
type slot struct {
	parts  []part
	dims   []int
	turned bool
}

// part is a tensor of a model folder.
type part struct {
	name string
	rows int
}

// slots lists a model's parameters in the order in which graphs take them: the embedding, those of each layer, the final
// norm, and the head where it is not the embedding.
func (c Config) slots() []slot {
	list := []slot{matrixSlot(c.HiddenSize, part{"model.embed_tokens.weight", c.VocabSize})}
	for layer := range c.Layers {
		list = append(list, c.slotsOf(layer)...)
	}
	list = append(list, vectorSlot(part{"model.norm.weight", c.HiddenSize}))
	if !c.TiedEmbeddings {
		list = append(list, matrixSlot(c.HiddenSize, part{"lm_head.weight", c.VocabSize}))
	}
	return list
}

// slotsOf lists a layer's parameters: before each of the two blocks its norm, and for each group of projections their
// joined matrix and their joined bias, where they have one.
func (c Config) slotsOf(layer int) (list []slot) {
	prefix := "model.layers." + strconv.Itoa(layer) + "."
	for g := range groups {
		switch group(g) {
		case groupQKV:
			list = append(list, vectorSlot(part{prefix + "input_layernorm.weight", c.HiddenSize}))
		case groupGateUp:
			list = append(list, vectorSlot(part{prefix + "post_attention_layernorm.weight", c.HiddenSize}))
		}
		var matrices, biases []part
		for i, width := range c.outputs(group(g)) {
			projection := prefix + groups[g].parent + "." + groups[g].modules[i]
			matrices = append(matrices, part{projection + ".weight", width})
			biases = append(biases, part{projection + ".bias", width})
		}
		list = append(list, projectionSlot(c.input(group(g)), matrices...))
		if c.biased(group(g)) {
			list = append(list, vectorSlot(biases...))
		}
	}
	return list
}

// matrixSlot is of shape [rows, in], vectorSlot of shape [rows].
func matrixSlot(in int, parts ...part) slot { return slot{parts: parts, dims: []int{rows(parts), in}} }
func vectorSlot(parts ...part) slot         { return slot{parts: parts, dims: []int{rows(parts)}} }

// projectionSlot is of shape [in, rows]: XLA's CPU products with the few tokens of a step of generation take 0.65 of the
// time of those with [rows, in], and with many tokens the same.
func projectionSlot(in int, parts ...part) slot {
	return slot{parts: parts, dims: []int{in, rows(parts)}, turned: true}
}

// stored is the shape of a part of the slot in a model folder.
func (s slot) stored(p part) []int {
	switch {
	case s.turned:
		return []int{p.rows, s.dims[0]}
	case len(s.dims) == 2:
		return []int{p.rows, s.dims[1]}
	default:
		return []int{p.rows}
	}
}

// put writes a part, of which first rows of others come before, to its place in the slot's values.
func (s slot) put(slot, values []float32, first int) {
	if !s.turned {
		copy(slot[first*len(slot)/s.dims[0]:], values)
		return
	}
	in, width := s.dims[0], s.dims[1]
	turn(len(values)/in, in, func(row, col int) { slot[col*width+first+row] = values[row*in+col] })
}

// take is the inverse of put.
func (s slot) take(slot, values []float32, first int) {
	if !s.turned {
		copy(values, slot[first*len(slot)/s.dims[0]:])
		return
	}
	in, width := s.dims[0], s.dims[1]
	turn(len(values)/in, in, func(row, col int) { values[row*in+col] = slot[col*width+first+row] })
}

// turn visits a matrix in strips of rows that stay in the processor's cache both ways.
func turn(rows, cols int, visit func(row, col int)) {
	const strip = 16
	for top := 0; top < rows; top += strip {
		for col := range cols {
			for row := top; row < min(top+strip, rows); row++ {
				visit(row, col)
			}
		}
	}
}

func rows(parts []part) (sum int) {
	for _, p := range parts {
		sum += p.rows
	}
	return sum
}

// LayerMatrices is the number of weights in a layer's matrices.
func (c Config) LayerMatrices() (count int) {
	for g := range groups {
		for _, width := range c.outputs(group(g)) {
			count += width * c.input(group(g))
		}
	}
	return count
}

// Parameters is the number of a model's weights.
func (c Config) Parameters() (count int) {
	for _, slot := range c.slots() {
		count += size(slot.dims)
	}
	return count
}
