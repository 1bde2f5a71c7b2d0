// Package generate writes answers: it samples tokens one by one from a model with a cache of keys and values.
//
// Start with [New], which prepares a model and optionally its LoRA adapter, and [Generator.Generate], which answers a
// prompt. [Text] turns the tokens into text. One graph is compiled in two shapes, for a piece of the prompt and for a token
// of each sample, once for each number of slots in the cache.
package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/weights"
)

// Generator is a model that answers prompts. It must not be used by two goroutines at a time. It caches the last prompt: of
// one that starts in the same way, such as the next turn of a conversation, only the rest is computed. Answers are
// bit-identical with and without this.
type Generator struct {
	backend  compute.Backend
	weights  *weights.Weights
	layout   *decoder.Layout
	adapter  []*tensors.Tensor // its matrices, none without a layout; or all weights, if the layout is theirs
	matrices *graph.Exec       // computes them from its values
	forward  *graph.Exec
	cache    *cache // of the last prompt; nil before the first
}

// New prepares a model for generation. layout and adapter are the layout and the values of its LoRA adapter; a nil
// layout means none.
func New(backend compute.Backend, model *weights.Weights, layout *decoder.Layout, adapter []float32) (*Generator, error) {
	g := &Generator{backend: backend, weights: model, layout: layout}
	switch {
	case layout == nil && len(adapter) > 0:
		return nil, fmt.Errorf("prepare generation: an adapter of %d values came without its layout", len(adapter))
	case layout != nil && len(adapter) != layout.Size:
		return nil, fmt.Errorf("prepare generation: the adapter has %d values where its layout has %d", len(adapter), layout.Size)
	}
	exec, err := graph.NewExec(backend, g.forwardGraph)
	if err != nil {
		return nil, fmt.Errorf("prepare generation: %w", err)
	}
	g.forward = exec.WithName("generate").SetMaxCache(-1)
	if layout == nil {
		return g, nil
	}
	if !layout.Whole() {
		if g.matrices, err = graph.NewExec(backend, matricesGraph(layout)); err != nil {
			g.Finalize()
			return nil, fmt.Errorf("prepare generation: %w", err)
		}
	}
	if err := g.SetAdapter(adapter); err != nil {
		g.Finalize()
		return nil, err
	}
	return g, nil
}

// SetAdapter replaces the values of the adapter, as during training. Nothing compiles again.
func (g *Generator) SetAdapter(adapter []float32) error {
	if g.layout == nil || len(adapter) != g.layout.Size {
		return fmt.Errorf("set the adapter: it has %d values, which do not fit the generator's layout", len(adapter))
	}
	matrices, err := g.bind(adapter)
	if err != nil {
		return fmt.Errorf("set the adapter: %w", err)
	}
	g.forget()
	finalize(g.adapter...)
	g.adapter = matrices
	return nil
}

// bind makes the adapter's matrices of its values or, of a model that is trained whole, its weights.
func (g *Generator) bind(flat []float32) (list []*tensors.Tensor, err error) {
	if g.layout.Whole() {
		for _, dims := range g.layout.Shapes(g.weights.Config.Layers) {
			tensor := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
			list = append(list, tensor)
			tensors.MustMutableFlatData(tensor, func(to []float32) { flat = flat[copy(to, flat):] })
		}
		return list, nil
	}
	values := tensors.FromFlatDataAndDimensions(flat, g.layout.Size)
	defer finalize(values)
	return g.matrices.Call(values)
}

// current are the weights that answers are computed with, and the adapter's matrices.
func (g *Generator) current() (weights, adapter []*tensors.Tensor) {
	if g.layout != nil && g.layout.Whole() {
		return g.adapter, nil
	}
	return g.weights.Tensors(), g.adapter
}

// Finalize frees all but the weights.
func (g *Generator) Finalize() {
	g.forget()
	g.forward.Finalize()
	if g.matrices != nil {
		g.matrices.Finalize()
	}
	finalize(g.adapter...)
}

// Generate samples o.Samples answers to a prompt and returns their tokens. A text ends before the first token of eos, or
// after o.MaxNewTokens, or when token returns true; token may be nil and is called with each new token. Cancelling the
// context ends generation after the current step.
func (g *Generator) Generate(ctx context.Context, prompt, eos []int32, o Options, token func(sample int, id int32) (end bool)) ([][]int32, error) {
	if err := g.check(prompt, o); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	cache, err := g.cacheFor(prompt, o)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	texts := newTexts(o, prompt, eos, token)
	if err := texts.grow(ctx, cache, prompt); err != nil {
		if ended := ctx.Err(); ended == nil || !errors.Is(err, ended) {
			g.forget() // its tensors may be donated and gone
		}
		return nil, fmt.Errorf("generate: %w", err)
	}
	return texts.ids, nil
}

// check refuses what the graph would not: there an index out of range silently reads another value.
func (g *Generator) check(prompt []int32, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	c := g.weights.Config
	if len(prompt) == 0 {
		return fmt.Errorf("the prompt is empty; give it at least one token")
	}
	if total := len(prompt) + o.MaxNewTokens; total > c.CachePositions() {
		return fmt.Errorf("the prompt's %d tokens and %d new ones are %d; the model has %d positions: shorten one or the other",
			len(prompt), o.MaxNewTokens, total, c.CachePositions())
	}
	if slots := slotsFor(len(prompt), o); g.cache == nil || len(g.cache.owner) < slots {
		if err := demand.FreeOn(g.backend).CheckAnswering(c, g.weights.Precision(), slots, len(prompt)+o.Samples*o.MaxNewTokens); err != nil {
			return err
		}
	}
	outside := func(id int32) bool { return id < 0 || int(id) >= c.VocabSize }
	if i := slices.IndexFunc(prompt, outside); i >= 0 {
		return fmt.Errorf("token %d of the prompt is %d; the model knows 0 to %d", i, prompt[i], c.VocabSize-1)
	}
	return nil
}
