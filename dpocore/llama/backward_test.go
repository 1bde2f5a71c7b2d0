package llama_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/tinymodel"
)

// The way back through a layer, product by product from what was kept, against the gradient of the whole layer.
func TestBackwardIsTheLayersGradient(t *testing.T) {
	plain := tinymodel.Config()
	biased := changed(func(c *llama.Config) { c.HeadDim, c.AttentionBias, c.MLPBias = 24, true, true })
	for _, c := range []struct {
		name   string
		config llama.Config
		lora   llama.LoRA
	}{
		{"all projections", plain, llama.LoRA{Rank: 4, Alpha: 8, Modules: llama.AllModules}},
		{"some, with biases", biased, llama.LoRA{Rank: 3, Alpha: 8, Modules: []string{"v_proj", "gate_proj", "q_proj"}}},
		{"o and down", plain, llama.LoRA{Rank: 2, Alpha: 8, Modules: []string{"o_proj", "down_proj"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, layout := tiny(t, c.config), newLayout(t, c.config, c.lora)
			tokens := randomTokens(24, 9)
			slope := make([]float32, len(tokens)*c.config.HiddenSize)
			for i := range slope {
				slope[i] = float32(i%7) - 3
			}
			inputs := append([]any{randomAdapter(layout)[:layout.LayerSize], slope}, sequence(tokens)...)
			both := func(backward bool) [][]float32 {
				return m.layer(t, inputs, func(layer llama.Layer, rest []*graph.Node) []*graph.Node {
					flat, slope := rest[0], graph.Reshape(rest[1], len(tokens), c.config.HiddenSize)
					input := graph.MulScalar(graph.Sin(graph.IotaFull(slope.Graph(), slope.Shape())), 0.5)
					layer, places := layer.WithAdapter(layout.BindLayer(flat)), rowOf(rest[2:]).Places(c.config)
					output, kept := layer.Forward(input, places)
					if !backward {
						return graph.Gradient(graph.ReduceAllSum(graph.Mul(output, slope)), flat, input)
					}
					own, by := layer.Backward(input, kept, places, slope)
					return []*graph.Node{own, by}
				})
			}
			got, want := both(true), both(false)
			if len(got[0]) != layout.LayerSize {
				t.Fatalf("%d values of an adapter's layer; want %d", len(got[0]), layout.LayerSize)
			}
			for i, what := range []string{"adapter", "input"} {
				if worst := farthest(t, got[i], widened(want[i])); !(worst < 1e-4) {
					t.Errorf("the gradient by the %s differs by %.2g", what, worst)
				}
				if greatest := farthest(t, got[i], make([]float64, len(got[i]))); greatest < 1e-1 {
					t.Errorf("the gradient by the %s is at most %.2g; the comparison above says nothing", what, greatest)
				}
			}
		})
	}
}

// layer runs a graph on the first layer's weights and inputs.
func (m model) layer(t *testing.T, inputs []any, build func(layer llama.Layer, rest []*graph.Node) []*graph.Node) [][]float32 {
	return m.run(t, m.weights.Layer(0), inputs, func(params []*graph.Node) []*graph.Node {
		return build(llama.BindLayer(m.weights.Config, params))
	})
}
