package decoder_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// randomAdapter has a B that is not zero, so that it changes the hidden states.
func randomAdapter(layout decoder.Layout) []float32 {
	values, random := layout.Init(3), rand.New(rand.NewPCG(4, 0))
	for _, factor := range layout.Factors {
		for i := range factor.Size() {
			values[factor.Offset+i] += float32(0.1 * random.NormFloat64())
		}
	}
	return values
}

// merge adds scale·B·A to the plain model's matrices: W[o][i] += alpha/rank · Σ_r B[o][r]·A[r][i].
func (p plainLlama) merge(layout decoder.Layout, adapter []float32) plainLlama {
	merged := plainLlama{p.config, map[string][]float64{}}
	for name, values := range p.tensors {
		matrix := append([]float64{}, values...)
		merged.tensors[name] = matrix
		at := map[string]int{}
		for _, factor := range layout.Factors {
			if own, ok := strings.CutPrefix(factor.Name, "base_model.model."+strings.TrimSuffix(name, ".weight")+"."); ok {
				at[own] = factor.Offset
			}
		}
		if len(at) == 0 {
			continue
		}
		module, in := decoder.ModuleOf(name), p.widthOf(name)
		rank, alpha := layout.LoRA.Rank, layout.LoRA.Alpha
		if own, ok := layout.LoRA.Ranks[module]; ok {
			rank = own
		}
		if own, ok := layout.LoRA.Alphas[module]; ok {
			alpha = own
		}
		a, b := adapter[at["lora_A.weight"]:], adapter[at["lora_B.weight"]:]
		for i := range matrix {
			for r := range rank {
				matrix[i] += alpha / float64(rank) * float64(b[i/in*rank+r]) * float64(a[r*in+i%in])
			}
		}
	}
	return merged
}

// widthOf is a projection's number of inputs.
func (p plainLlama) widthOf(name string) int {
	switch {
	case strings.HasSuffix(name, "o_proj.weight"):
		return p.config.Heads * p.config.HeadDim
	case strings.HasSuffix(name, "down_proj.weight"):
		return p.config.IntermediateSize
	default:
		return p.config.HiddenSize
	}
}

func TestAdapterEqualsMergedWeights(t *testing.T) {
	config := tinymodel.Changed(func(c *decoder.Config) { c.HeadDim, c.QKVBias, c.AttentionOutBias, c.MLPBias = 24, true, true, true }) // so that all widths differ
	m, tokens := tiny(t, config), tinymodel.RandomTokens(24, 9)
	bare := flatten(m.plain.hidden(tokens))
	for _, c := range []struct {
		name string
		lora decoder.LoRA
	}{
		{"all projections", decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules}},
		{"two of q, k and v", decoder.LoRA{Rank: 4, Alpha: 4, Modules: []string{"v_proj", "q_proj"}}},
		{"k and up alone", decoder.LoRA{Rank: 3, Alpha: 1, Modules: []string{"k_proj", "up_proj"}}},
		{"several ranks and alphas, in one layer", decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules, Layers: []int{1},
			Ranks: map[string]int{"q_proj": 2, "up_proj": 6}, Alphas: map[string]float64{"k_proj": 3, "q_proj": 5, "down_proj": 1}}},
		{"o and down, rank 1", decoder.LoRA{Rank: 1, Alpha: 2, Modules: []string{"o_proj", "down_proj"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout := newLayout(t, config, c.lora)
			adapter := randomAdapter(layout)
			got := m.call(t, append([]any{adapter}, sequence(tokens)...), func(net *decoder.Net, rest []*graph.Node) []*graph.Node {
				return []*graph.Node{net.WithAdapter(layout.Bind(rest[0])).Hidden(rowOf(rest[1:]))}
			})[0]
			if worst := farthest(t, got, flatten(m.plain.merge(layout, adapter).hidden(tokens))); !(worst <= tolerance) {
				t.Errorf("hidden states differ from the merged model's by %.2g", worst)
			}
			if effect := farthest(t, got, bare); effect < 100*tolerance {
				t.Errorf("the adapter changes hidden states by no more than %.2g; the comparison above says nothing", effect)
			}
		})
	}
}

// The gradient by the adapter against central differences.
func TestAdapterGradientCoversEveryFactor(t *testing.T) {
	m, tokens := tiny(t, tinymodel.Config()), tinymodel.RandomTokens(24, 9)
	layout := newLayout(t, m.weights.Config, decoder.LoRA{Rank: 4, Alpha: 8, Modules: []string{"v_proj", "gate_proj", "q_proj"}})
	values := randomAdapter(layout)
	of := func(flat []float32) (loss float64, gradient []float32) {
		outputs := m.call(t, append([]any{flat}, sequence(tokens)...), func(net *decoder.Net, rest []*graph.Node) []*graph.Node {
			hidden := net.WithAdapter(layout.Bind(rest[0])).Hidden(rowOf(rest[1:]))
			loss := graph.ReduceAllMean(graph.Square(hidden))
			return append([]*graph.Node{loss}, graph.Gradient(loss, rest[0])...)
		})
		return float64(outputs[0][0]), outputs[1]
	}
	_, gradient := of(values)
	for _, factor := range layout.Factors {
		at := factor.Offset + factor.Size()/2
		const step = 1e-2
		moved := append([]float32{}, values...)
		moved[at] = values[at] + step
		up, _ := of(moved)
		moved[at] = values[at] - step
		down, _ := of(moved)
		if want := (up - down) / (2 * step); math.Abs(want-float64(gradient[at])) > 1e-4+1e-2*math.Abs(want) {
			t.Errorf("%s: the gradient is %.5g, differences give %.5g", factor.Name, gradient[at], want)
		}
	}
}

func narrowed(values []float64) []float32 {
	out := make([]float32, len(values))
	for i, value := range values {
		out[i] = float32(value)
	}
	return out
}

func widened(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, value := range values {
		out[i] = float64(value)
	}
	return out
}
