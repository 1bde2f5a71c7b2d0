package generate

import (
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/typedgraph"
)

// stepInputs are the inputs of the forward graph. T is a node inside the graph and an argument of its call outside.
type stepInputs[T any] struct {
	weights      []T // in the order of decoder.Bind
	adapter      []T // in the order of decoder.Matrices; none without an adapter
	keys, values []T // of the cache, one per layer [kvHeads, slots, headDim]

	slotOwner, slotPosition T // of the cache's slots, each [slots] int32
	tokens, owner, position T // of the chunk, each [tokens] int32
	start                   T // the slot of the chunk's first token, [] int32
	wanted                  T // indices of the chunk's tokens whose logits are wanted, [wanted] int32
}

func (in *stepInputs[T]) Fields() []*T {
	return slices.Concat(typedgraph.Pointers(in.weights), typedgraph.Pointers(in.adapter), typedgraph.Pointers(in.keys),
		typedgraph.Pointers(in.values), []*T{&in.slotOwner, &in.slotPosition, &in.tokens, &in.owner, &in.position, &in.start, &in.wanted})
}

// stepOutputs are the new keys and values of the cache and the logits [wanted, vocabulary].
type stepOutputs[T any] struct {
	keys, values []T
	logits       T
}

func (out *stepOutputs[T]) Fields() []*T {
	return append(slices.Concat(typedgraph.Pointers(out.keys), typedgraph.Pointers(out.values)), &out.logits)
}

// forwardGraph extends the cache by a chunk of tokens. Its parameters are stepInputs, its outputs stepOutputs.
func (g *Generator) forwardGraph(params []*Node) []*Node {
	c := g.weights.Config
	weights, adapter := g.current()
	in := &stepInputs[*Node]{
		weights: make([]*Node, len(weights)), adapter: make([]*Node, len(adapter)),
		keys: make([]*Node, c.Layers), values: make([]*Node, c.Layers),
	}
	typedgraph.Fill(in, params)
	net, _ := decoder.Bind(c, in.weights)
	if g.matrices != nil {
		net = net.WithAdapter(g.layout.BindMatrices(in.adapter))
	}
	chunk := decoder.Chunk{Tokens: in.tokens, Owner: in.owner, Position: in.position, Start: in.start}
	hidden, cache := net.Extend(chunk, decoder.Cache{Keys: in.keys, Values: in.values, Owner: in.slotOwner, Position: in.slotPosition})
	logits := net.Logits(Gather(hidden, Reshape(in.wanted, in.wanted.Shape().Dim(0), 1)))
	return typedgraph.Values(&stepOutputs[*Node]{cache.Keys, cache.Values, logits})
}

// matricesGraph returns the adapter's matrices, from the flat vector of its values.
func matricesGraph(layout *decoder.Layout) func(values *Node) []*Node {
	return func(values *Node) []*Node { return decoder.Matrices(layout.Bind(values)) }
}

// arguments lists tensors as arguments of a call.
func arguments(list []*tensors.Tensor) (args []any) {
	for _, tensor := range list {
		args = append(args, tensor)
	}
	return args
}

func vector(values []int32) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, len(values))
}

// lines copies the rows of a matrix to the host.
func lines(matrix *tensors.Tensor) (list [][]float32, err error) {
	width := matrix.Shape().Dim(1)
	err = matrix.ConstFlatData(func(data any) {
		flat := append([]float32{}, data.([]float32)...)
		for begin := 0; begin < len(flat); begin += width {
			list = append(list, flat[begin:begin+width])
		}
	})
	return list, err
}

func finalize(list ...*tensors.Tensor) {
	for _, tensor := range list {
		tensor.MustFinalizeAll()
	}
}
