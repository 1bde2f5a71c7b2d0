package generate

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/internal/typedgraph"
)

const (
	piece    = 64  // prompt tokens per step, so that prompts of any length share one compiled graph
	minSlots = 256 // of a cache, which has this many or a power of two times as many: each number is compiled
)

// cache holds the keys and values of a prompt and its samples. The prompt is in the first slots, once for all samples; the
// samples' tokens follow in turn: token i of sample b is in slot prompt + i·samples + b.
type cache struct {
	generator       *Generator
	keys, values    []*tensors.Tensor // one per layer [kvHeads, slots, headDim]
	owner, position []int32           // of each slot
	prompt          []int32           // its tokens so far
	samples         int
	used            int // slots
}

// step is a chunk of tokens with their owners and positions, each [tokens], and the indices of those whose logits are
// wanted.
type step struct {
	tokens, owner, position, wanted []int32
}

// slotsFor is the number of slots of a cache, a power of two. It depends only on the number of tokens to store, because the
// rounding of a sum depends on its length.
func slotsFor(prompt int, o Options) int {
	slots := minSlots
	for slots < prompt+o.Samples*o.MaxNewTokens {
		slots *= 2
	}
	return slots
}

func (g *Generator) newCache(slots, samples int) (*cache, error) {
	c := &cache{generator: g, owner: make([]int32, slots), position: make([]int32, slots), samples: samples}
	c.rewind(0)
	shape := g.weights.Config.CacheShape(slots, g.weights.Precision())
	for _, list := range []*[]*tensors.Tensor{&c.keys, &c.values} {
		for range g.weights.Config.Layers {
			tensor, err := tensors.FromShapeForBackend(g.backend, 0, shape)
			if err != nil {
				c.finalize()
				return nil, fmt.Errorf("allocate a cache of %d tokens: %w", slots, err)
			}
			*list = append(*list, tensor)
		}
	}
	return c, nil
}

func (c *cache) finalize() {
	finalize(c.keys...)
	finalize(c.values...)
}

// readPrompt reads the rest of the prompt, piece by piece, and returns the logits after it, as one line.
func (c *cache) readPrompt(ctx context.Context, prompt []int32) (logits [][]float32, err error) {
	for c.used < len(prompt) {
		part := prompt[c.used:min(c.used+piece, len(prompt))]
		// The keys of the last piece's padding are in slots marked as empty until a sample's token overwrites them.
		next := step{tokens: make([]int32, piece), owner: make([]int32, piece), position: make([]int32, piece)}
		copy(next.tokens, part)
		for i := range part {
			next.position[i] = int32(c.used + i)
		}
		next.wanted = []int32{int32(len(part) - 1)}
		if logits, err = c.read(ctx, next, len(part)); err != nil {
			return nil, err
		}
		c.prompt = append(c.prompt, part...)
	}
	return logits, nil
}

// readTokens reads one token of each sample and returns the logits after each.
func (c *cache) readTokens(ctx context.Context, tokens []int32) (logits [][]float32, err error) {
	next := step{tokens: tokens}
	position := int32(len(c.prompt) + (c.used-len(c.prompt))/c.samples)
	for sample := range tokens {
		next.owner = append(next.owner, int32(sample+1))
		next.position = append(next.position, position)
		next.wanted = append(next.wanted, int32(sample))
	}
	return c.read(ctx, next, len(tokens))
}

// read runs a step, of which the first count tokens are stored, and returns the wanted logits.
func (c *cache) read(ctx context.Context, next step, count int) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	copy(c.owner[c.used:], next.owner[:count])
	copy(c.position[c.used:], next.position[:count])
	var inputs []*tensors.Tensor
	defer func() { finalize(inputs...) }()
	input := func(t *tensors.Tensor) *tensors.Tensor {
		inputs = append(inputs, t)
		return t
	}
	g := c.generator
	weights, adapter := g.current()
	in := &stepInputs[any]{
		weights: arguments(weights), adapter: arguments(adapter),
		slotOwner: input(vector(c.owner)), slotPosition: input(vector(c.position)),
		tokens: input(vector(next.tokens)), owner: input(vector(next.owner)), position: input(vector(next.position)),
		start: input(tensors.FromScalar(int32(c.used))), wanted: input(vector(next.wanted)),
	}
	var err error
	if in.keys, err = g.donate(&c.keys); err != nil {
		return nil, err
	}
	if in.values, err = g.donate(&c.values); err != nil {
		return nil, err
	}
	outputs, err := g.forward.Call(typedgraph.Values(in)...)
	if err != nil {
		return nil, fmt.Errorf("compute the next token: %w", err)
	}
	c.used += count
	layers := g.weights.Config.Layers
	out := &stepOutputs[*tensors.Tensor]{keys: make([]*tensors.Tensor, layers), values: make([]*tensors.Tensor, layers)}
	typedgraph.Fill(out, outputs)
	c.keys, c.values = out.keys, out.values
	defer finalize(out.logits)
	return lines(out.logits)
}

// donate gives the memory of tensors to the step that replaces them, and empties the list.
func (g *Generator) donate(list *[]*tensors.Tensor) (buffers []any, err error) {
	for len(*list) > 0 {
		buffer, err := graph.DonateTensorBuffer((*list)[0], g.backend, 0)
		if err != nil {
			return nil, fmt.Errorf("donate the cache: %w", err)
		}
		buffers, *list = append(buffers, buffer), (*list)[1:]
	}
	return buffers, nil
}
