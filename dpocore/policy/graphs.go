package policy

import (
	"errors"
	"sync"
	"sync/atomic"

	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/typedgraph"
)

// graphs are a policy's graphs. All layers share one graph for each direction, so that a model of thirty layers compiles
// as fast as one of a single layer; one graph of the whole training step takes ten times as long to compile.
type graphs struct {
	embed      typedgraph.Graph[*embedInputs[tensor], *embedOutputs[tensor]]
	forward    typedgraph.Graph[*layerInputs[tensor], *layerOutputs[tensor]]
	base       typedgraph.Graph[*baseInputs[tensor], *single[tensor]]
	backward   typedgraph.Graph[*backwardInputs[tensor], *backwardOutputs[tensor]]
	measure    typedgraph.Graph[*measureInputs[tensor], *measureOutputs[tensor]]
	tokens     typedgraph.Graph[*answerInputs[tensor], *single[tensor]]
	divergence typedgraph.Graph[*divergenceInputs[tensor], *divergenceOutputs[tensor]]
	far        typedgraph.Graph[*divergenceInputs[tensor], *single[tensor]]
	add        typedgraph.Graph[layerVectors[tensor], *single[tensor]]
	norm       typedgraph.Graph[layerVectors[tensor], *single[tensor]]
	update     typedgraph.Graph[*updateInputs[tensor], *layerState[tensor]]

	compareMutex sync.Mutex
	compare      map[comparison]compareGraph // made on first use

	compiles atomic.Int32
}

type compareGraph = typedgraph.Graph[*compareInputs[tensor], *compareOutputs[tensor]]

// comparison is a kind of graph that compares the answers of a row's pairs: with a loss, and with its gradient, the
// divergence from the reference, or neither.
type comparison struct {
	lossType             string
	gradient, divergence bool
}

// build prepares the graphs; each compiles when it first runs.
func (p *Policy) build() error {
	g := p.graphs
	g.compare = map[comparison]compareGraph{}
	return errors.Join(
		prepare(p, &g.embed, "embed", empty[embedInputs[node]], p.embedGraph),
		prepare(p, &g.forward, "layer", p.layerNodes, p.layerGraph),
		prepare(p, &g.base, "reference layer", p.baseNodes, p.baseGraph),
		prepare(p, &g.backward, "layer backward", p.backwardNodes, p.backwardGraph),
		prepare(p, &g.measure, "log-probabilities", empty[measureInputs[node]], p.measureGraph),
		prepare(p, &g.tokens, "tokens' log-probabilities", empty[answerInputs[node]], p.tokensGraph),
		prepare(p, &g.divergence, "divergence", empty[divergenceInputs[node]], p.divergenceGraph),
		prepare(p, &g.far, "far divergence", empty[divergenceInputs[node]], p.farGraph),
		prepare(p, &g.add, "sum of gradients", vectorNodes(2), addGraph),
		prepare(p, &g.norm, "gradient norm", vectorNodes(p.weights.Config.Layers), normGraph),
		prepare(p, &g.update, "update", empty[updateInputs[node]], updateGraph),
	)
}

// prepare makes a graph that counts how often it is built: once for each combination of input shapes, to be compiled then.
func prepare[In, Out typedgraph.Fields[tensor], NodesIn, NodesOut typedgraph.Fields[node]](p *Policy, to *typedgraph.Graph[In, Out],
	name string, inputs func() NodesIn, build func(NodesIn) NodesOut) (err error) {
	*to, err = typedgraph.New[In, Out](p.backend, name, inputs, func(in NodesIn) NodesOut {
		p.graphs.compiles.Add(1)
		return build(in)
	})
	return err
}

// empty makes a graph's inputs, for graphs with a fixed number of them.
func empty[S any]() *S { return new(S) }

func (p *Policy) baseNodes() *baseInputs[node] {
	return &baseInputs[node]{weights: make([]node, len(p.weights.Layer(0)))}
}

func (p *Policy) layerNodes() *layerInputs[node] {
	return &layerInputs[node]{baseInputs: *p.baseNodes()}
}

func (p *Policy) backwardNodes() *backwardInputs[node] {
	return &backwardInputs[node]{layerInputs: *p.layerNodes()}
}

func vectorNodes(count int) func() layerVectors[node] {
	return func() layerVectors[node] { return make(layerVectors[node], count) }
}

// Compiles is the number of graphs compiled so far.
func (p *Policy) Compiles() int { return int(p.graphs.compiles.Load()) }

// comparisonGraph is the graph of a comparison.
func (p *Policy) comparisonGraph(kind comparison) (compareGraph, error) {
	p.graphs.compareMutex.Lock()
	defer p.graphs.compareMutex.Unlock()
	if g, ok := p.graphs.compare[kind]; ok {
		return g, nil
	}
	if err := loss.Check(kind.lossType); err != nil {
		return compareGraph{}, err
	}
	var g compareGraph
	inputs := func() *compareInputs[node] { return &compareInputs[node]{kind: kind} }
	if err := prepare(p, &g, kind.lossType+" loss", inputs, p.compareGraph); err != nil {
		return compareGraph{}, err
	}
	p.graphs.compare[kind] = g
	return g, nil
}

func (g *graphs) finalize() {
	for _, graph := range []interface{ Finalize() }{g.embed, g.forward, g.base, g.backward, g.measure, g.tokens, g.divergence,
		g.far, g.add, g.norm, g.update} {
		graph.Finalize()
	}
	for _, graph := range g.compare {
		graph.Finalize()
	}
}
