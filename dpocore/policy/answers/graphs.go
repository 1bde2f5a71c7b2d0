// Package answers has the graphs over a row's answers, which begin with the last layer's output and the whole vocabulary:
// log-probabilities, losses with their gradients, and the divergence from the reference. Start with [New].
package answers

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/typedgraph"
)

// Graphs are the graphs of a model. Each compiles when it first runs, once for each shape of row.
type Graphs struct {
	Measure    typedgraph.Graph[*MeasureInputs[Tensor], *Measured[Tensor]]
	Tokens     typedgraph.Graph[*Inputs[Tensor], *PerToken[Tensor]]
	Divergence typedgraph.Graph[*DivergenceInputs[Tensor], *Diverged[Tensor]]
	Far        typedgraph.Graph[*DivergenceInputs[Tensor], *Sums[Tensor]] // for logits that differ more than loss.MaxLogitGap

	kind
	mutex       sync.Mutex
	comparisons map[Comparison]Compare // prepared on first use
}

// kind is what the graphs depend on.
type kind struct {
	backend compute.Backend
	config  decoder.Config
	head    int  // tensors of the vocabulary matrix: 1, or 2 if it is quantized
	twoEnds bool // the reference has another end than the policy
	builds  *atomic.Int32
}

// Compare is the graph of a comparison.
type Compare = typedgraph.Graph[*CompareInputs[Tensor], *Compared[Tensor]]

// Comparison is what a graph computes besides the losses of a row's pairs: gradients, the divergence, or neither.
type Comparison struct {
	LossType             string
	Weights              int // of its losses; 0 if each counts once
	Gradient, Divergence bool
	End                  bool // with the gradient, that of the end too
}

// New prepares the graphs of a model whose vocabulary matrix is head tensors. twoEnds tells that the reference has another end than
// the policy. builds counts the graphs that are built.
func New(backend compute.Backend, config decoder.Config, head int, twoEnds bool, builds *atomic.Int32) (*Graphs, error) {
	g := &Graphs{kind: kind{backend, config, head, twoEnds, builds}, comparisons: map[Comparison]Compare{}}
	measure := func() *MeasureInputs[node] { return &MeasureInputs[node]{Inputs: *g.inputs()} }
	divergence := func() *DivergenceInputs[node] { return &DivergenceInputs[node]{*measure(), g.baseInputs()} }
	return g, errors.Join(
		typedgraph.Prepare(&g.Measure, backend, builds, "log-probabilities", measure, g.measure),
		typedgraph.Prepare(&g.Tokens, backend, builds, "tokens' log-probabilities", g.inputs, g.tokens),
		typedgraph.Prepare(&g.Divergence, backend, builds, "divergence", divergence, g.divergence),
		typedgraph.Prepare(&g.Far, backend, builds, "far divergence", divergence, g.far),
	)
}

func (g *Graphs) end() End[node] { return End[node]{Head: make([]node, g.head)} }

func (g *Graphs) inputs() *Inputs[node] { return &Inputs[node]{End: g.end()} }

func (g *Graphs) baseInputs() (base Base[node]) {
	if g.twoEnds {
		end := g.end()
		base.End = &end
	}
	return base
}

// Comparison is the graph of a comparison.
func (g *Graphs) Comparison(of Comparison) (Compare, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if graph, ok := g.comparisons[of]; ok {
		return graph, nil
	}
	if err := loss.Check(of.LossType); err != nil {
		return Compare{}, err
	}
	var graph Compare
	inputs := func() *CompareInputs[node] {
		return &CompareInputs[node]{Kind: of, Inputs: *g.inputs(), Scalars: loss.Scalars[node]{Weights: make([]node, of.Weights)}, Base: g.baseInputs()}
	}
	if err := typedgraph.Prepare(&graph, g.backend, g.builds, of.LossType+" loss", inputs, g.compare); err != nil {
		return Compare{}, err
	}
	g.comparisons[of] = graph
	return graph, nil
}

// Finalize frees the compiled graphs.
func (g *Graphs) Finalize() {
	for _, graph := range []interface{ Finalize() }{g.Measure, g.Tokens, g.Divergence, g.Far} {
		graph.Finalize()
	}
	for _, graph := range g.comparisons {
		graph.Finalize()
	}
}
