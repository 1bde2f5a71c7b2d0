package generate

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

const (
	piece      = 64  // prompt tokens a step: a prompt of any length goes through one compiled graph
	leastSlots = 256 // a cache has so many slots, or twice as many, and so on: each number of them is compiled
)

// cache is what the model has seen of one prompt and its samples. The prompt stands in the first slots, once for all
// samples; after it come the samples' tokens in turn: token i of sample b is in slot prompt + i·samples + b.
type cache struct {
	generator       *Generator
	layers          []*tensors.Tensor // keys of all layers, then values
	owner, position []int32           // of each slot
	prompt          []int32           // as far as it was read
	samples         int
	used            int // slots
}

// slotsFor is the number of slots of a cache, a power of two: it depends on nothing but what must find room, as the
// rounding of a sum does on its length.
func slotsFor(prompt int, o Options) int {
	slots := leastSlots
	for slots < prompt+o.Samples*o.MaxNewTokens {
		slots *= 2
	}
	return slots
}

func (g *Generator) newCache(slots, samples int) (*cache, error) {
	c := &cache{generator: g, owner: make([]int32, slots), position: make([]int32, slots), samples: samples}
	c.rewind(0)
	shape := g.weights.Config.CacheShape(slots)
	for range 2 * g.weights.Config.Layers {
		tensor, err := tensors.FromShapeForBackend(g.backend, 0, shape)
		if err != nil {
			c.finalize()
			return nil, fmt.Errorf("make room for %d tokens: %w", slots, err)
		}
		c.layers = append(c.layers, tensor)
	}
	return c, nil
}

func (c *cache) finalize() { finalize(c.layers...) }

// readPrompt takes in the prompt from the slot that is next, piece by piece, and returns the logits after it, as one line.
func (c *cache) readPrompt(ctx context.Context, prompt []int32) (logits [][]float32, err error) {
	for c.used < len(prompt) {
		part := prompt[c.used:min(c.used+piece, len(prompt))]
		// The last piece's padding leaves its keys in slots that stay empty until a sample's token overwrites them.
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

// readTokens takes in one token of each sample and returns the logits after each.
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

// read runs a step of which the first count tokens are kept.
func (c *cache) read(ctx context.Context, next step, count int) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	copy(c.owner[c.used:], next.owner[:count])
	copy(c.position[c.used:], next.position[:count])
	inputs := []*tensors.Tensor{vector(c.owner), vector(c.position), vector(next.tokens), vector(next.owner),
		vector(next.position), vector(next.wanted), tensors.FromScalar(int32(c.used))}
	defer finalize(inputs...)
	layers, err := c.donate()
	if err != nil {
		return nil, err
	}
	outputs, err := c.generator.forward.Call(c.generator.args(layers, inputs)...)
	if err != nil {
		return nil, fmt.Errorf("compute the next token: %w", err)
	}
	c.used += count
	last := len(outputs) - 1
	c.layers = outputs[:last]
	defer finalize(outputs[last])
	return lines(outputs[last])
}

// donate gives the layers' memory to the step that replaces them.
func (c *cache) donate() ([]any, error) {
	var layers []any
	for len(c.layers) > 0 {
		layer, err := graph.DonateTensorBuffer(c.layers[0], c.generator.backend, 0)
		if err != nil {
			return nil, fmt.Errorf("hand over the cache: %w", err)
		}
		layers, c.layers = append(layers, layer), c.layers[1:]
	}
	return layers, nil
}
