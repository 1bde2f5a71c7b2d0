//go:build t4check

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/randomgguf"
	"example.com/gonb-dpo/internal/randommodel"
)

// fullDepth is the number of weights up to which a model has all its layers here. A larger one has two, which give the same
// graphs but for those of all layers together: update, norm and generation.
const fullDepth = 200_000_000

// drive runs a model through everything that compiles a graph: a training step with one row, evaluation and generation.
func drive(backend compute.Backend, m model, p precision) error {
	c := m.config
	if c.Parameters() > fullDepth {
		c.Layers = 2
	}
	begin("load")
	loaded, err := load(backend, c, p)
	if err != nil {
		return err
	}
	defer loaded.Finalize()
	layout, err := decoder.NewLayout(c, decoder.LoRA{Rank: rank, Alpha: rank, Modules: decoder.AllModules})
	if err != nil {
		return err
	}
	if err := train(backend, loaded, layout); err != nil {
		return err
	}
	begin("generation")
	g, err := generate.New(backend, loaded, &layout, layout.Init(1))
	if err != nil {
		return err
	}
	defer g.Finalize()
	_, err = g.Generate(context.Background(), make([]int32, 100), nil, generate.Options{MaxNewTokens: 2, TopP: 1, Samples: 1}, nil)
	return err
}

func load(backend compute.Backend, c decoder.Config, p precision) (*weights.Weights, error) {
	folder, err := os.MkdirTemp("", "dpo-t4-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a model: %w", err)
	}
	defer os.RemoveAll(folder)
	form := weights.Form{}
	if p != float32s {
		form.Precision = dtypes.Float16
	}
	if p == q4 {
		form.Quantized = true
		path := filepath.Join(folder, "model.gguf")
		if err := randomgguf.Write(path, c, nil); err != nil {
			return nil, err
		}
		return weights.LoadAs(backend, path, form)
	}
	if err := randommodel.Write(folder, c, 1); err != nil {
		return nil, err
	}
	return weights.LoadAs(backend, folder, form)
}

// train makes one step with one row, and evaluates it as held-out pairs are.
func train(backend compute.Backend, loaded *weights.Weights, layout decoder.Layout) error {
	p, err := policy.New(backend, loaded, layout, layout.Init(1))
	if err != nil {
		return err
	}
	defer p.Finalize()
	rows, err := batch.Pack(examples(), row)
	if err != nil {
		return err
	}
	loss := policy.Loss{Type: "sigmoid", Scalars: policy.Scalars{Beta: 0.1}}
	begin("reference")
	reference, err := p.Reference(rows[0])
	if err != nil {
		return err
	}
	begin("policy")
	if _, err := p.Accumulate(rows[0], reference.LogProbs, []float32{1, 1, 1}, loss); err != nil {
		return err
	}
	begin("update")
	if _, err := p.Update(1e-4, 1, adamw.Default); err != nil {
		return err
	}
	begin("evaluation")
	base, err := p.Base(rows[0])
	if err != nil {
		return err
	}
	defer base.Finalize()
	_, _, err = p.EvaluateFrom(base, rows[0], reference.LogProbs, loss)
	return err
}

// examples fill a row: three pairs as long as HH-RLHF's are on average in its longest rows.
func examples() []batch.Example {
	list := make([]batch.Example, 3)
	for i := range list {
		list[i] = batch.Example{Prompt: make([]int32, 144), Chosen: make([]int32, 52), Rejected: make([]int32, 60)}
	}
	return list
}
