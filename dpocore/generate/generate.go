// Package generate writes answers: it draws tokens one after the other from a model that keeps the keys and values of
// those it has seen.
//
// Start with [New], which puts a model and, if there is one, its LoRA adapter to work, and [Generator.Generate], which
// answers a prompt. [Text] makes text of the tokens. Two graphs do it all, one for a piece of the prompt and one for a
// token of each sample. What changes from call to call are their inputs, so each compiles once for each number of slots.
package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/llama"
)

// Generator is a model that answers. It is for one goroutine at a time. It keeps what it has seen of the last prompt: one
// that begins in the same way, as each turn of a conversation does, is read from where it differs. Not a bit of the
// answer depends on that.
type Generator struct {
	backend compute.Backend
	weights *llama.Weights
	layout  *llama.Layout
	adapter []*tensors.Tensor // its matrices, none without a layout
	layOut  *graph.Exec       // makes them of its values
	forward *graph.Exec
	kept    *cache // of the last prompt; nil before the first
}

// New prepares a model for generation. layout and adapter are its LoRA adapter and its values; a nil layout means none.
func New(backend compute.Backend, weights *llama.Weights, layout *llama.Layout, adapter []float32) (*Generator, error) {
	g := &Generator{backend: backend, weights: weights, layout: layout}
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
	if g.layOut, err = graph.NewExec(backend, func(values *graph.Node) []*graph.Node { return llama.LaidOut(layout.Bind(values)) }); err != nil {
		g.Finalize()
		return nil, fmt.Errorf("prepare generation: %w", err)
	}
	if err := g.SetAdapter(adapter); err != nil {
		g.Finalize()
		return nil, err
	}
	return g, nil
}

// SetAdapter takes other values for the adapter, as while it is being trained; nothing compiles anew.
func (g *Generator) SetAdapter(adapter []float32) error {
	if g.layout == nil || len(adapter) != g.layout.Size {
		return fmt.Errorf("set the adapter: it has %d values, which do not fit the generator's layout", len(adapter))
	}
	values := tensors.FromFlatDataAndDimensions(adapter, g.layout.Size)
	defer finalize(values)
	matrices, err := g.layOut.Call(values)
	if err != nil {
		return fmt.Errorf("set the adapter: %w", err)
	}
	g.forget()
	finalize(g.adapter...)
	g.adapter = matrices
	return nil
}

// Finalize frees all but the weights.
func (g *Generator) Finalize() {
	g.forget()
	g.forward.Finalize()
	if g.layOut != nil {
		g.layOut.Finalize()
	}
	finalize(g.adapter...)
}

// Generate answers a prompt with o.Samples texts and returns their tokens. A text ends before the first token of eos,
// after o.MaxNewTokens, or with a token of which token, which may be nil and is told each as it comes, says that it is
// the last. Cancelling the context ends generation after the step under way.
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
			g.forget() // its layers may be lost
		}
		return nil, fmt.Errorf("generate: %w", err)
	}
	return texts.ids, nil
}

// check finds what the graph could not: there an index out of range reads something else without a word.
func (g *Generator) check(prompt []int32, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	c := g.weights.Config
	if len(prompt) == 0 {
		return fmt.Errorf("the prompt is empty; give it at least one token")
	}
	if total := len(prompt) + o.MaxNewTokens; total > c.MaxPositions {
		return fmt.Errorf("the prompt's %d tokens and %d new ones are %d; the model has %d positions: shorten one or the other",
			len(prompt), o.MaxNewTokens, total, c.MaxPositions)
	}
	outside := func(id int32) bool { return id < 0 || int(id) >= c.VocabSize }
	if i := slices.IndexFunc(prompt, outside); i >= 0 {
		return fmt.Errorf("token %d of the prompt is %d; the model knows 0 to %d", i, prompt[i], c.VocabSize-1)
	}
	return nil
}
