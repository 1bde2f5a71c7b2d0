package decoder_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

// model is a loaded tiny model, and the same weights as plain numbers.
type model struct {
	backend compute.Backend
	weights *weights.Weights
	plain   plainLlama
}

func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

// tiny makes and loads a model that is freed when the test ends.
func tiny(t testing.TB, config decoder.Config) model {
	t.Helper()
	backend, folder := openBackend(t), tinymodel.Write(t, config, 1)
	loaded, err := weights.Load(backend, folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	return model{backend, loaded, readPlain(t, folder, config)}
}

// call runs a graph whose parameters are the weights, then inputs, and returns its outputs' values.
func (m model) call(t testing.TB, inputs []any, build func(net *decoder.Net, rest []*graph.Node) []*graph.Node) [][]float32 {
	t.Helper()
	return m.run(t, m.weights.Tensors(), inputs, func(params []*graph.Node) []*graph.Node {
		return build(decoder.Bind(m.weights.Config, params))
	})
}

// run runs a graph whose parameters are weights, then inputs, and returns its outputs' values.
func (m model) run(t testing.TB, weights []*tensors.Tensor, inputs []any, build func(params []*graph.Node) []*graph.Node) [][]float32 {
	t.Helper()
	exec, err := graph.NewExec(m.backend, build)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	var args []any
	for _, weight := range weights {
		args = append(args, weight)
	}
	outputs, err := exec.Call(append(args, inputs...)...)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, output := range outputs {
		all = append(all, tensors.MustCopyFlatData[float32](output))
		output.MustFinalizeAll()
	}
	return all
}

// sequence are the inputs of a row with a single sequence: tokens, pair, branch, position.
func sequence(tokens []int32) []any {
	position := make([]int32, len(tokens))
	for i := range position {
		position[i] = int32(i)
	}
	return []any{tokens, make([]int32, len(tokens)), make([]int32, len(tokens)), position}
}

func rowOf(nodes []*graph.Node) decoder.Row {
	return decoder.Row{Tokens: nodes[0], Pair: nodes[1], Branch: nodes[2], Position: nodes[3]}
}

// farthest is the largest difference between got and want, whose lengths must be equal.
func farthest(t testing.TB, got []float32, want []float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values; want %d", len(got), len(want))
	}
	worst := 0.0
	for i := range got {
		if difference := math.Abs(float64(got[i]) - want[i]); difference > worst || math.IsNaN(difference) {
			worst = difference
		}
	}
	return worst
}
