package policy

import (
	"errors"
	"sync/atomic"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/policy/answers"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/graphcache"
	"example.com/gonb-dpo/internal/typedgraph"
)

// graphs are a policy's graphs. All layers share one graph for each direction, so that a model of thirty layers compiles
// as fast as one of a single layer; one graph of the whole training step takes ten times as long to compile.
type graphs struct {
	kind
	backend compute.Backend

	embed   typedgraph.Graph[*embedInputs[tensor], *embedOutputs[tensor]]
	lookup  typedgraph.Graph[*lookupInputs[tensor], *single[tensor]] // its backward pass
	layer   layerGraphs
	dropped layerGraphs // with dropout
	base    typedgraph.Graph[*baseInputs[tensor], *single[tensor]]
	answers *answers.Graphs
	add     typedgraph.Graph[vectors[tensor], *single[tensor]]
	norm    typedgraph.Graph[vectors[tensor], *single[tensor]]
	update  struct {
		same, plus typedgraph.Graph[*adamw.Inputs[tensor], *adamw.Outputs[tensor]]
	} // plus has another learning rate of B

	compiles atomic.Int32
}

// layerGraphs are a layer's in the two directions.
type layerGraphs struct {
	forward  typedgraph.Graph[*layerInputs[tensor], *layerOutputs[tensor]]
	backward typedgraph.Graph[*backwardInputs[tensor], *backwardOutputs[tensor]]
}

// kind is what the graphs depend on besides the shapes of their inputs.
type kind struct {
	config                        decoder.Config
	layout                        decoder.Layout
	layerTensors                  int // weights per layer
	headTensors, embeddingTensors int // 1, or 2 if quantized
}

// kept are the graphs of this process's policies.
var kept graphcache.Cache[*graphs]

// graphsOf returns the graphs of a model with an adapter. They are shared by all policies of that kind.
func graphsOf(backend compute.Backend, model *weights.Weights, layout decoder.Layout) (*graphs, error) {
	k := kind{model.Config, layout, len(model.Layer(0)), len(model.Head()), len(model.Embedding())}
	return kept.Take(backend, k, func() (*graphs, error) {
		g := &graphs{kind: k, backend: backend}
		return g, g.prepare()
	})
}

// prepare prepares the graphs; each compiles when it first runs.
func (g *graphs) prepare() (err error) {
	if g.answers, err = answers.New(g.backend, g.config, g.headTensors, g.layout.Whole(), &g.compiles); err != nil {
		return err
	}
	embed := func() *embedInputs[node] { return &embedInputs[node]{embedding: make([]node, g.embeddingTensors)} }
	lookup := func() *lookupInputs[node] { return &lookupInputs[node]{embedding: make([]node, g.embeddingTensors)} }
	return errors.Join(
		prepare(g, &g.embed, "embed", embed, g.embedGraph),
		prepare(g, &g.lookup, "embed backward", lookup, g.lookupGraph),
		prepare(g, &g.layer.forward, "layer", g.layerNodes(false), g.layerGraph),
		prepare(g, &g.dropped.forward, "layer with dropout", g.layerNodes(true), g.layerGraph),
		prepare(g, &g.base, "reference layer", g.baseNodes, g.baseGraph),
		prepare(g, &g.layer.backward, "layer backward", g.backwardNodes(false), g.backwardGraph),
		prepare(g, &g.dropped.backward, "layer backward with dropout", g.backwardNodes(true), g.backwardGraph),
		prepare(g, &g.add, "sum of gradients", vectorNodes(2), addGraph),
		prepare(g, &g.norm, "gradient norm", vectorNodes(len(g.layout.Shapes(g.config.Layers))), normGraph),
		prepare(g, &g.update.same, "update", g.updateNodes(false), g.updateGraph),
		prepare(g, &g.update.plus, "update with LoRA+", g.updateNodes(true), g.updateGraph),
	)
}

// prepare makes a graph that is counted as often as it is built.
func prepare[In, Out typedgraph.Fields[tensor], NodesIn, NodesOut typedgraph.Fields[node]](g *graphs, to *typedgraph.Graph[In, Out],
	name string, inputs func() NodesIn, build func(NodesIn) NodesOut) error {
	return typedgraph.Prepare(to, g.backend, &g.compiles, name, inputs, build)
}

func (g *graphs) baseNodes() *baseInputs[node] {
	return &baseInputs[node]{weights: make([]node, g.layerTensors)}
}

func (g *graphs) layerNodes(withDropout bool) func() *layerInputs[node] {
	return func() *layerInputs[node] {
		in := &layerInputs[node]{baseInputs: *g.baseNodes()}
		if !g.layout.Whole() {
			in.adapter = make([]node, 1)
		}
		if withDropout {
			in.dropout = new(dropout.Inputs[node])
		}
		return in
	}
}

func (g *graphs) backwardNodes(withDropout bool) func() *backwardInputs[node] {
	return func() *backwardInputs[node] {
		return &backwardInputs[node]{layerInputs: *g.layerNodes(withDropout)(), grads: make([]node, g.perLayer())}
	}
}

func (g *graphs) updateNodes(plus bool) func() *adamw.Inputs[node] {
	return func() *adamw.Inputs[node] {
		in := &adamw.Inputs[node]{Layers: make(adamw.States[node], g.updated())}
		if plus {
			in.B = new(adamw.ScalarsB[node])
		}
		return in
	}
}

func vectorNodes(count int) func() vectors[node] {
	return func() vectors[node] { return make(vectors[node], count) }
}

// perLayer is the number of states of a layer.
func (k kind) perLayer() int {
	if k.layout.Whole() {
		return k.layerTensors
	}
	return 1
}

// updated is the number of states that are updated at a time: those of an adapter all, those of all weights one by one, since old and
// new ones would take twice the memory.
func (k kind) updated() int {
	if k.layout.Whole() {
		return 1
	}
	return k.config.Layers
}

// Compiles is the number of graphs that this process has compiled so far for models and adapters like these.
func (p *Policy) Compiles() int { return int(p.graphs.compiles.Load()) }

// Finalize frees the compiled graphs.
func (g *graphs) Finalize() {
	for _, graph := range []interface{ Finalize() }{g.embed, g.lookup, g.layer.forward, g.base, g.layer.backward, g.answers,
		g.add, g.norm, g.update.same, g.update.plus, g.dropped.forward, g.dropped.backward} {
		graph.Finalize()
	}
}
