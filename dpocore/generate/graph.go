package generate

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/llama"
)

// step is what one run of the graph takes in: tokens with their owners and positions, each [tokens], and the indices of
// those whose logits are wanted.
type step struct {
	tokens, owner, position, wanted []int32
}

// forwardGraph takes the weights, the adapter's matrices if there is one, the cache's keys and values, its slots' owners and
// positions [slots], a step's tokens, owners and positions [tokens], the indices of the tokens whose logits are wanted
// [wanted], and the slot of the first token. It returns the new keys and values and the logits [wanted, vocabulary].
func (g *Generator) forwardGraph(params []*Node) []*Node {
	config := g.weights.Config
	net, rest := llama.Bind(config, params)
	if g.layout != nil {
		var adapter []*llama.Adapter
		adapter, rest = g.layout.BindLaidOut(rest)
		net = net.WithAdapter(adapter)
	}
	cache, rest := llama.BindCache(config, rest)
	cache.Owner, cache.Position = rest[0], rest[1]
	wanted := rest[5]
	hidden, cache := net.Continue(llama.Next{Tokens: rest[2], Owner: rest[3], Position: rest[4], Start: rest[6]}, cache)
	logits := net.Logits(Gather(hidden, Reshape(wanted, wanted.Shape().Dim(0), 1)))
	outputs := append(append([]*Node{}, cache.Keys...), cache.Values...)
	return append(outputs, logits)
}

// args lists the graph's arguments: weights, adapter, layers and the rest.
func (g *Generator) args(layers []any, inputs []*tensors.Tensor) []any {
	var args []any
	for _, weight := range g.weights.Tensors() {
		args = append(args, weight)
	}
	for _, matrix := range g.adapter {
		args = append(args, matrix)
	}
	args = append(args, layers...)
	for _, input := range inputs {
		args = append(args, input)
	}
	return args
}

func vector(values []int32) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(values, len(values))
}

// lines copies a matrix to the host.
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
