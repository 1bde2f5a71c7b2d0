package policy

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/policy/adamw"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/graphcache"
	"example.com/gonb-dpo/internal/typedgraph"
)

// graphs are a policy's graphs. All layers share one graph for each direction, so that a model of thirty layers compiles
// as fast as one of a single layer; one graph of the whole training step takes ten times as long to compile.
type graphs struct {
	kind
	backend compute.Backend

	embed      typedgraph.Graph[*embedInputs[tensor], *embedOutputs[tensor]]
	layer      layerGraphs
	dropped    layerGraphs // with dropout
	base       typedgraph.Graph[*baseInputs[tensor], *single[tensor]]
	measure    typedgraph.Graph[*measureInputs[tensor], *measureOutputs[tensor]]
	tokens     typedgraph.Graph[*answerInputs[tensor], *single[tensor]]
	divergence typedgraph.Graph[*divergenceInputs[tensor], *divergenceOutputs[tensor]]
	far        typedgraph.Graph[*divergenceInputs[tensor], *single[tensor]]
	add        typedgraph.Graph[layerVectors[tensor], *single[tensor]]
	norm       typedgraph.Graph[layerVectors[tensor], *single[tensor]]
	update     struct {
		same, plus typedgraph.Graph[*adamw.Inputs[tensor], *adamw.Outputs[tensor]]
	} // plus has another learning rate of B

	comparisons struct { // prepared on first use
		sync.Mutex
		graphs map[comparison]compareGraph
	}

	compiles atomic.Int32
}

// layerGraphs are a layer's in the two directions.
type layerGraphs struct {
	forward  typedgraph.Graph[*layerInputs[tensor], *layerOutputs[tensor]]
	backward typedgraph.Graph[*backwardInputs[tensor], *backwardOutputs[tensor]]
}

type compareGraph = typedgraph.Graph[*compareInputs[tensor], *compareOutputs[tensor]]

// comparison is what a graph computes besides the losses of a row's pairs: the gradient, the divergence, or neither.
type comparison struct {
	lossType             string
	weights              int // of its losses; 0 if each counts once
	gradient, divergence bool
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
		g.comparisons.graphs = map[comparison]compareGraph{}
		return g, g.prepare()
	})
}

// prepare prepares the graphs; each compiles when it first runs.
func (g *graphs) prepare() error {
	embed := func() *embedInputs[node] { return &embedInputs[node]{embedding: make([]node, g.embeddingTensors)} }
	measure := func() *measureInputs[node] { return &measureInputs[node]{answerInputs: *g.answerNodes()} }
	divergence := func() *divergenceInputs[node] { return &divergenceInputs[node]{measureInputs: *measure()} }
	return errors.Join(
		prepare(g, &g.embed, "embed", embed, g.embedGraph),
		prepare(g, &g.layer.forward, "layer", g.layerNodes(false), g.layerGraph),
		prepare(g, &g.dropped.forward, "layer with dropout", g.layerNodes(true), g.layerGraph),
		prepare(g, &g.base, "reference layer", g.baseNodes, g.baseGraph),
		prepare(g, &g.layer.backward, "layer backward", g.backwardNodes(false), g.backwardGraph),
		prepare(g, &g.dropped.backward, "layer backward with dropout", g.backwardNodes(true), g.backwardGraph),
		prepare(g, &g.measure, "log-probabilities", measure, g.measureGraph),
		prepare(g, &g.tokens, "tokens' log-probabilities", g.answerNodes, g.tokensGraph),
		prepare(g, &g.divergence, "divergence", divergence, g.divergenceGraph),
		prepare(g, &g.far, "far divergence", divergence, g.farGraph),
		prepare(g, &g.add, "sum of gradients", vectorNodes(2), addGraph),
		prepare(g, &g.norm, "gradient norm", vectorNodes(g.config.Layers), normGraph),
		prepare(g, &g.update.same, "update", g.updateNodes(false), g.updateGraph),
		prepare(g, &g.update.plus, "update with LoRA+", g.updateNodes(true), g.updateGraph),
	)
}

// prepare makes a graph that counts how often it is built: once for each combination of input shapes, to be compiled then.
func prepare[In, Out typedgraph.Fields[tensor], NodesIn, NodesOut typedgraph.Fields[node]](g *graphs, to *typedgraph.Graph[In, Out],
	name string, inputs func() NodesIn, build func(NodesIn) NodesOut) (err error) {
	*to, err = typedgraph.New[In, Out](g.backend, name, inputs, func(in NodesIn) NodesOut {
		g.compiles.Add(1)
		return build(in)
	})
	return err
}

func (g *graphs) answerNodes() *answerInputs[node] {
	return &answerInputs[node]{head: make([]node, g.headTensors)}
}

func (g *graphs) baseNodes() *baseInputs[node] {
	return &baseInputs[node]{weights: make([]node, g.layerTensors)}
}

func (g *graphs) layerNodes(withDropout bool) func() *layerInputs[node] {
	return func() *layerInputs[node] {
		in := &layerInputs[node]{baseInputs: *g.baseNodes()}
		if withDropout {
			in.dropout = new(dropout.Inputs[node])
		}
		return in
	}
}

func (g *graphs) backwardNodes(withDropout bool) func() *backwardInputs[node] {
	return func() *backwardInputs[node] { return &backwardInputs[node]{layerInputs: *g.layerNodes(withDropout)()} }
}

func (g *graphs) updateNodes(plus bool) func() *adamw.Inputs[node] {
	return func() *adamw.Inputs[node] {
		in := &adamw.Inputs[node]{Layers: make(adamw.States[node], g.config.Layers)}
		if plus {
			in.B = new(adamw.ScalarsB[node])
		}
		return in
	}
}

func vectorNodes(count int) func() layerVectors[node] {
	return func() layerVectors[node] { return make(layerVectors[node], count) }
}

// Compiles is the number of graphs that this process has compiled so far for models and adapters like these.
func (p *Policy) Compiles() int { return int(p.graphs.compiles.Load()) }

// comparisonGraph is the graph of a comparison.
func (g *graphs) comparisonGraph(kind comparison) (compareGraph, error) {
	g.comparisons.Lock()
	defer g.comparisons.Unlock()
	if graph, ok := g.comparisons.graphs[kind]; ok {
		return graph, nil
	}
	if err := loss.Check(kind.lossType); err != nil {
		return compareGraph{}, err
	}
	var graph compareGraph
	inputs := func() *compareInputs[node] {
		return &compareInputs[node]{kind: kind, answerInputs: *g.answerNodes(), scalars: loss.Scalars[node]{Weights: make([]node, kind.weights)}}
	}
	if err := prepare(g, &graph, kind.lossType+" loss", inputs, g.compareGraph); err != nil {
		return compareGraph{}, err
	}
	g.comparisons.graphs[kind] = graph
	return graph, nil
}

// Finalize frees the compiled graphs.
func (g *graphs) Finalize() {
	for _, graph := range []interface{ Finalize() }{g.embed, g.layer.forward, g.base, g.layer.backward, g.measure, g.tokens, g.divergence,
		g.far, g.add, g.norm, g.update.same, g.update.plus, g.dropped.forward, g.dropped.backward} {
		graph.Finalize()
	}
	for _, graph := range g.comparisons.graphs {
		graph.Finalize()
	}
}
