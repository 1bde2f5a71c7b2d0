package decoder_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// gradientTolerance is relative to the largest value of a gradient: both orders of the same sums in float32 differ by up to
// 1.4e-6 of it. Gemma's gradients are the largest, since its norms multiply by about 2.
const gradientTolerance = 3e-6

// The backward pass of a layer, from its saved activations, against the gradient of the whole layer.
func TestBackwardIsTheLayersGradient(t *testing.T) {
	plain := tinymodel.Config()
	biased := tinymodel.Changed(func(c *decoder.Config) { c.HeadDim, c.QKVBias, c.AttentionOutBias, c.MLPBias = 24, true, true, true })
	otherBlock := tinymodel.Changed(func(c *decoder.Config) { c.Block = postNorm{} })
	all := decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules}
	for _, c := range []struct {
		name    string
		config  decoder.Config
		lora    decoder.LoRA
		tokens  int
		dropout float64
	}{
		{"all projections", plain, all, 24, 0},
		{"two blocks of attention", plain, all, 150, 0},
		{"some, with biases", biased, decoder.LoRA{Rank: 3, Alpha: 8, Modules: []string{"v_proj", "gate_proj", "q_proj"}}, 24, 0},
		{"another block", otherBlock, all, 24, 0},
		{"OLMo 2", tinymodel.OLMo2(), all, 24, 0},
		{"Gemma 3", tinymodel.Gemma3(), all, 24, 0},
		{"Phi-3", tinymodel.Phi3(), all, 24, 0},
		{"dropout", plain, all, 24, 0.3},
		{"several ranks and dropout", biased, decoder.LoRA{Rank: 3, Alpha: 8, Modules: []string{"v_proj", "gate_proj", "q_proj"},
			Ranks: map[string]int{"v_proj": 5}, Alphas: map[string]float64{"q_proj": 2}}, 24, 0.3},
		{"o and down", plain, decoder.LoRA{Rank: 2, Alpha: 8, Modules: []string{"o_proj", "down_proj"}}, 24, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, layout := tiny(t, c.config), newLayout(t, c.config, c.lora)
			m.weights.Config.Block = c.config.Block
			tokens := tinymodel.RandomTokens(c.tokens, 9)
			gradOut := make([]float32, len(tokens)*c.config.HiddenSize)
			for i := range gradOut {
				gradOut[i] = float32(i%7) - 3
			}
			inputs := append([]any{randomAdapter(layout)[:layout.LayerSize], gradOut}, sequence(tokens)...)
			both := func(backward bool) [][]float32 {
				return m.layer(t, inputs, func(layer decoder.Layer, rest []*graph.Node) []*graph.Node {
					flat, gradOut := rest[0], graph.Reshape(rest[1], len(tokens), c.config.HiddenSize)
					input := graph.MulScalar(graph.Sin(graph.IotaFull(gradOut.Graph(), gradOut.Shape())), 0.5)
					adapter := layout.BindLayer(flat)
					if c.dropout > 0 {
						adapter = adapter.WithDropout(dropoutNodes(flat.Graph(), c.dropout, 5))
					}
					layer, positions := layer.WithAdapter(adapter), rowOf(rest[2:]).Positions(c.config)[0]
					output, saved := layer.Forward(input, positions)
					if !backward {
						return graph.Gradient(graph.ReduceAllSum(graph.Mul(output, gradOut)), flat, input)
					}
					grads, gradIn := layer.Backward(input, saved, positions, gradOut)
					return append(grads, gradIn)
				})
			}
			got, want := both(true), both(false)
			if len(got[0]) != layout.LayerSize {
				t.Fatalf("%d values of an adapter's layer; want %d", len(got[0]), layout.LayerSize)
			}
			for i, what := range []string{"adapter", "input"} {
				largest := farthest(t, got[i], make([]float64, len(got[i])))
				if worst := farthest(t, got[i], widened(want[i])); !(worst < gradientTolerance*largest) {
					t.Errorf("the gradient of the %s, at most %.3g, differs by %.2g", what, largest, worst)
				}
				if largest < 1e-1 {
					t.Errorf("the gradient of the %s is at most %.2g; the comparison above says nothing", what, largest)
				}
			}
		})
	}
}

// postNorm differs from PreNorm in everything between the products: it normalizes each query and key head, has tanh for
// SiLU, and normalizes what attention and the MLP add to the residual stream, scaled.
type postNorm struct{ decoder.PreNorm }

func (postNorm) Heads(l decoder.Layer, qkv *graph.Node, r decoder.Rotation) decoder.Heads {
	h := l.Config.SplitHeads(qkv)
	norm := func(x *graph.Node) *graph.Node {
		weight := graph.Slice(l.Vector("input_layernorm"), graph.AxisRange(0, l.Config.HeadDim))
		return decoder.RMSNorm(x, weight, l.Config.RMSNormEps)
	}
	h.Q, h.K = r.Rotate(norm(h.Q)), r.Rotate(norm(h.K))
	return h.HeadsFirst()
}

func (postNorm) AttentionInput(_ decoder.Layer, x *graph.Node) *graph.Node { return x }

func (postNorm) AttentionOutput(l decoder.Layer, x, projected *graph.Node) *graph.Node {
	return graph.Add(x, decoder.RMSNorm(projected, l.Vector("input_layernorm"), l.Config.RMSNormEps))
}

func (postNorm) Activate(l decoder.Layer, gateUp *graph.Node) *graph.Node {
	gate, up := l.Config.SplitGateUp(gateUp)
	return graph.Mul(graph.Tanh(gate), up)
}

func (postNorm) MLPOutput(l decoder.Layer, residual, projected *graph.Node) *graph.Node {
	normed := decoder.RMSNorm(projected, l.Vector("post_attention_layernorm"), l.Config.RMSNormEps)
	return graph.Add(residual, graph.MulScalar(normed, 0.5))
}

// layer runs a graph on the first layer's weights and inputs.
func (m model) layer(t *testing.T, inputs []any, build func(layer decoder.Layer, rest []*graph.Node) []*graph.Node) [][]float32 {
	return m.run(t, m.weights.Layer(0), inputs, func(params []*graph.Node) []*graph.Node {
		return build(decoder.BindLayer(m.weights.Config, params))
	})
}

// TestBackwardOfAllWeights: without an adapter, Backward gives the gradients of all weights of a layer that Gradient gives, in the order
// and shapes of its slots.
func TestBackwardOfAllWeights(t *testing.T) {
	for name, config := range map[string]decoder.Config{
		"Qwen3": tinymodel.Qwen3(), "Gemma 3": tinymodel.Gemma3(), "OLMo 2": tinymodel.OLMo2(), "biases": tinymodel.Biased(),
	} {
		t.Run(name, func(t *testing.T) {
			m := tiny(t, config)
			tokens := tinymodel.RandomTokens(24, 9)
			gradOut := make([]float32, len(tokens)*config.HiddenSize)
			for i := range gradOut {
				gradOut[i] = float32(i%7) - 3
			}
			both := func(backward bool) [][]float32 {
				return m.run(t, m.weights.Layer(0), append([]any{gradOut}, sequence(tokens)...), func(params []*graph.Node) []*graph.Node {
					layer, rest := decoder.BindLayer(m.weights.Config, params)
					gradOut := graph.Reshape(rest[0], len(tokens), config.HiddenSize)
					input := graph.MulScalar(graph.Sin(graph.IotaFull(gradOut.Graph(), gradOut.Shape())), 0.5)
					positions := rowOf(rest[1:]).Positions(config)[0]
					output, saved := layer.Forward(input, positions)
					if !backward {
						return graph.Gradient(graph.ReduceAllSum(graph.Mul(output, gradOut)), append(params[:len(params)-len(rest):len(params)-len(rest)], input)...)
					}
					for _, field := range saved.Fields() { // as if they came from another graph
						*field = graph.Identity(graph.StopGradient(*field))
					}
					grads, gradIn := layer.Backward(input, saved, positions, gradOut)
					return append(grads, gradIn)
				})
			}
			got, want, slots := both(true), both(false), config.LayerSlots(0)
			if len(got) != len(slots)+1 {
				t.Fatalf("%d gradients of %d weights and the input", len(got), len(slots))
			}
			for i := range got {
				what := "the input"
				if i < len(slots) {
					if what = slots[i].Parts[0].Name; len(got[i]) != slots[i].Size() {
						t.Fatalf("%d values of the gradient of %s; want %d", len(got[i]), what, slots[i].Size())
					}
				}
				largest := farthest(t, got[i], make([]float64, len(got[i])))
				if worst := farthest(t, got[i], widened(want[i])); !(worst < gradientTolerance*largest) {
					t.Errorf("the gradient of %s, at most %.3g, differs by %.2g", what, largest, worst)
				}
			}
		})
	}
}
