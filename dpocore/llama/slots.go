package llama

import "strconv"

// slot is one parameter of a graph: a tensor of shape dims, made of one or more stored tensors laid over each other.
type slot struct {
	parts []part
	dims  []int
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
		list = append(list, matrixSlot(c.input(group(g)), matrices...))
		if c.biased(group(g)) {
			list = append(list, vectorSlot(biases...))
		}
	}
	return list
}

// matrixSlot is of shape [rows, in], vectorSlot of shape [rows].
func matrixSlot(in int, parts ...part) slot { return slot{parts: parts, dims: []int{rows(parts), in}} }
func vectorSlot(parts ...part) slot         { return slot{parts: parts, dims: []int{rows(parts)}} }

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
