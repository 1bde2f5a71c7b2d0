package decoder_test

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/dropout"
	"example.com/gonb-dpo/internal/tinymodel"
)

// dropoutNodes are the inputs of dropout as constants.
func dropoutNodes(g *graph.Graph, rate float64, seed uint64) *dropout.Inputs[*graph.Node] {
	d := dropout.Of(rate, seed)
	return &dropout.Inputs[*graph.Node]{
		Seeds: graph.Const(g, tensors.MustCopyFlatData[uint32](d.Seeds)), Threshold: graph.Const(g, tensors.ToScalar[uint32](d.Threshold)),
		Gain: graph.Const(g, tensors.ToScalar[float32](d.Gain)),
	}
}

// hostMask draws the factors of the values of an input of size values as the graph does, with Go's numbers.
func hostMask(rate float64, seed uint64, group decoder.Group, at, size int) []float32 {
	mask := make([]float32, size)
	first := uint32(seed) + uint32(dropout.MixSeed(0, uint64(int(group)<<8|at)))
	for i := range mask {
		x := (uint32(i) ^ first) * 0x9E3779B1
		x = (x ^ x>>16 ^ uint32(seed>>32)) * 0x85EBCA6B
		x = (x ^ x>>13) * 0xC2B2AE35
		if x ^= x >> 16; float64(x)/(1<<32) >= rate {
			mask[i] = float32(1 / (1 - rate))
		}
	}
	return mask
}

// The masks are those that Go draws, each projection has others, and so has another seed. Of 24·64 = 1536 values with the rate 1/4
// a quarter is dropped, 384 with a deviation of √(1536·3/16) = 17.
func TestDropoutMasks(t *testing.T) {
	const rate, seed = 0.25, 1<<40 + 77
	m, layout := tiny(t, tinymodel.Config()), newLayout(t, tinymodel.Config(), decoder.LoRA{Rank: 2, Alpha: 2, Modules: decoder.AllModules})
	draw := func(seed uint64) [][]float32 {
		return m.run(t, nil, []any{randomAdapter(layout)[:layout.LayerSize], make([]float32, 24*64)}, func(params []*graph.Node) []*graph.Node {
			adapter := layout.BindLayer(params[0]).WithDropout(dropoutNodes(params[0].Graph(), rate, seed))
			x := graph.Reshape(params[1], 24, 64)
			return append(adapter.Masks(decoder.QKV, x), adapter.Masks(decoder.AttentionOut, x)...)
		})
	}
	masks := draw(seed)
	for i, mask := range masks {
		group, at := decoder.QKV, i
		if i == 3 {
			group, at = decoder.AttentionOut, 0
		}
		if want := hostMask(rate, seed, group, at, len(mask)); !slices.Equal(mask, want) {
			t.Errorf("mask %d is not the one that Go draws", i)
		}
		dropped := 0
		for _, value := range mask {
			if value == 0 {
				dropped++
			}
		}
		if math.Abs(float64(dropped)-384) > 4*17 {
			t.Errorf("mask %d drops %d of 1536 values; want about 384", i, dropped)
		}
		for j, other := range append(masks[:i:i], draw(seed+1)...) {
			if slices.Equal(mask, other) {
				t.Errorf("masks %d and %d are equal", i, j)
			}
		}
	}
}

// With dropout a layer computes what it does with the weights W + scale·B·A·diag(mask) for each token; here for one token, whose mask
// is a row of the host's.
func TestDropoutIsOfTheInputOfA(t *testing.T) {
	const rate, seed = 0.5, 99
	config := tinymodel.Config()
	layout := newLayout(t, config, decoder.LoRA{Rank: 3, Alpha: 6, Modules: []string{"k_proj", "v_proj"}, Alphas: map[string]float64{"v_proj": 3}})
	m := tiny(t, config)
	adapter := randomAdapter(layout)[:layout.LayerSize]
	x := make([]float32, config.HiddenSize)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	got := m.run(t, nil, []any{adapter, x}, func(params []*graph.Node) []*graph.Node {
		with := layout.BindLayer(params[0]).WithDropout(dropoutNodes(params[0].Graph(), rate, seed))
		return []*graph.Node{with.Add(decoder.QKV, graph.Reshape(params[1], 1, len(x)))}
	})[0]
	queries, keys := config.QuerySize(), config.KeyValueSize()
	want := make([]float64, queries+2*keys)
	for at, scale := range []float64{6. / 3, 3. / 3} {
		mask := hostMask(rate, seed, decoder.QKV, at, len(x))
		a, b := layout.Factors[at], layout.Factors[2+at]
		for o := range keys {
			for r := range 3 {
				for i := range x {
					want[queries+at*keys+o] += scale * float64(adapter[b.Offset+o*3+r]) * float64(adapter[a.Offset+r*len(x)+i]) * float64(mask[i]) * float64(x[i])
				}
			}
		}
	}
	if worst := farthest(t, got, want); !(worst < 1e-5) {
		t.Errorf("the adapter's result differs by %.2g", worst)
	}
}
