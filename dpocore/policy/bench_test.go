package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/cputime"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/typedgraph"
)

// BenchmarkGraphs times the parts of a step on SmolLM2-135M, and shows what share of the machine's matrix products the
// useful ones in them reach: a product of two matrices of 1024×1024 is the measure. Useful are those with the model's
// matrices and LoRA's, attention as far as a token sees, and the vocabulary for answers; in the backward pass only what the
// gradients need, without recomputation.
func BenchmarkGraphs(b *testing.B) {
	p := benchPolicy(b)
	peak := matmulPeak(b, p)
	b.Logf("products of 1024×1024×1024: %.0f GFLOP/s", peak)
	c := p.weights.Config
	for _, tokens := range []int{256, 512, 768} {
		row := benchRow(b, tokens)
		seen := 0
		for _, position := range row.Position {
			seen += int(position) + 1
		}
		all := func(count int) float64 { return 2 * float64(c.Layers) * float64(count) }
		matrices, factors, attention := all(tokens*c.MatrixWeights()), all(tokens*p.Layout.LayerSize), all(2*seen*c.Heads*c.HeadDim)
		answers := float64(row.Shape.Answers) * float64(2*c.HiddenSize*c.VocabSize)
		reference, forward, back := matrices+attention, matrices+factors+attention, matrices+2*factors+2*attention
		run := func(name string, flops float64, f func() error) {
			b.Run(fmt.Sprintf("%s/%d", name, tokens), func(b *testing.B) {
				if err := f(); err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				before := cputime.Used(b)
				for range b.N {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((cputime.Used(b)-before).Seconds()*1e3/float64(b.N), "cpu-ms/op")
				seconds := b.Elapsed().Seconds() / float64(b.N)
				b.ReportMetric(flops/1e9/seconds/peak*100, "%peak")
			})
		}
		s, err := p.enter(row, p.trained())
		if err != nil {
			b.Fatal(err)
		}
		through := func(f func(*pass) error) func() error {
			return func() error {
				again := *s
				again.hidden = tensors.FromFlatDataAndDimensions(make([]float32, tokens*c.HiddenSize), tokens, c.HiddenSize)
				err := f(&again)
				finalize(again.hidden)
				return err
			}
		}
		run("reference layers", reference, through((*pass).reference))
		run("policy layers", forward, through((*pass).withoutTrace))
		known := make([][2]float32, len(row.Examples))
		weights := make([]float32, len(row.Examples))
		l := Loss{Type: "sigmoid", Scalars: Scalars{Beta: 0.1}}
		run("measure", answers, func() error {
			_, err := s.measure(row)
			return err
		})
		run("compare", 2*answers, func() error {
			out, err := s.compare(row.Shape.Pairs, known, weights, l, l.comparison(true, false), nil)
			typedgraph.Free(out)
			return err
		})
		run("compare and divergence", 2*answers, func() error {
			out, err := s.compare(row.Shape.Pairs, known, nil, l, l.comparison(false, true), s.hidden)
			typedgraph.Free(out)
			return err
		})
		accumulate := func() error {
			_, err := p.Accumulate(row, known, weights, l)
			return err
		}
		run("accumulate", forward+back+2*answers, accumulate)
		run("whole row", reference+forward+back+3*answers, func() error {
			if _, err := p.Reference(row); err != nil {
				return err
			}
			return accumulate()
		})
		s.leave()
	}
	b.Run("update", func(b *testing.B) {
		for range b.N {
			if _, err := p.Update(0, 1, adamw.Default); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchPolicy(b *testing.B) *Policy {
	path, err := deps.Model()
	if err != nil {
		b.Skip(err)
	}
	backend, err := device.Open()
	if err != nil {
		b.Fatal(err)
	}
	loaded, err := weights.Load(backend, path)
	if err != nil {
		b.Fatal(err)
	}
	layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 16, Alpha: 16, Modules: decoder.AllModules})
	if err != nil {
		b.Fatal(err)
	}
	p, err := New(backend, loaded, layout, layout.Init(1))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Finalize(); loaded.Finalize() })
	return p
}

// benchRow is a full row, with as many tokens in answers as HH-RLHF has.
func benchRow(b *testing.B, tokens int) *batch.Row {
	var list []batch.Example
	for range tokens / 256 {
		e := batch.Example{Prompt: make([]int32, 156), Chosen: make([]int32, 44), Rejected: make([]int32, 56)}
		list = append(list, e)
	}
	rows, err := batch.Pack(list, batch.Shape{Tokens: tokens, Answers: 100 * tokens / 256, Pairs: len(list)})
	if err != nil {
		b.Fatal(err)
	}
	return rows[0]
}

func matmulPeak(b *testing.B, p *Policy) (gflops float64) {
	const size = 1024
	exec, err := graph.NewExec(p.backend, func(x, y *graph.Node) *graph.Node { return graph.Dot(x, y).Product() })
	if err != nil {
		b.Fatal(err)
	}
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(make([]float32, size*size), size, size)
	start, count := time.Now(), 0
	for ; time.Since(start) < time.Second; count++ {
		finalize(exec.MustCall(x, x)[0])
	}
	return 2 * size * size * size * float64(count) / time.Since(start).Seconds() / 1e9
}
