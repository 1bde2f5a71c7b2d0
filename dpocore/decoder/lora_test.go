package decoder_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

func newLayout(t testing.TB, config decoder.Config, lora decoder.LoRA) decoder.Layout {
	t.Helper()
	layout, err := decoder.NewLayout(config, lora)
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

func TestLoRAValidate(t *testing.T) {
	for _, c := range []struct {
		lora decoder.LoRA
		want string
	}{
		{decoder.LoRA{Rank: 0, Alpha: 16, Modules: decoder.AllModules}, "rank is 0"},
		{decoder.LoRA{Rank: 4, Alpha: 0, Modules: decoder.AllModules}, "alpha is 0"},
		{decoder.LoRA{Rank: 4, Alpha: math.NaN(), Modules: decoder.AllModules}, "alpha is NaN"},
		{decoder.LoRA{Rank: 4, Alpha: math.Inf(1), Modules: decoder.AllModules}, "alpha is +Inf"},
		{decoder.LoRA{Rank: 4, Alpha: 16}, "no projection is named"},
		{decoder.LoRA{Rank: 4, Alpha: 16, Modules: []string{"q_proj", "lm_head"}}, `"lm_head"`},
	} {
		errtest.Contains(t, c.lora.Validate(), c.want)
		if _, err := decoder.NewLayout(tinymodel.Config(), c.lora); err == nil {
			t.Errorf("NewLayout takes %+v", c.lora)
		}
	}
	if err := (decoder.LoRA{Rank: 1, Alpha: 0.5, Modules: []string{"down_proj"}}).Validate(); err != nil {
		t.Error(err)
	}
}

// The tiny model has hidden 64, queries 4·16 = 64, keys and values 2·16 = 32, inner 128.
func TestLayoutOfTinyModel(t *testing.T) {
	const rank = 4
	layer0 := []struct {
		name    string
		in, out int
	}{
		{"self_attn.q_proj", 64, 64}, {"self_attn.k_proj", 64, 32}, {"self_attn.v_proj", 64, 32}, {"self_attn.o_proj", 64, 64},
		{"mlp.gate_proj", 64, 128}, {"mlp.up_proj", 64, 128}, {"mlp.down_proj", 128, 64},
	}
	layout := newLayout(t, tinymodel.Config(), decoder.LoRA{Rank: rank, Alpha: 8, Modules: decoder.AllModules})
	if len(layout.Factors) != 2*7*2 { // layers · projections · (A and B)
		t.Fatalf("%d factors; want 28", len(layout.Factors))
	}
	shapes := map[string][]int{}
	for _, factor := range layout.Factors {
		shapes[factor.Name] = factor.Shape
	}
	for _, want := range layer0 {
		for matrix, shape := range map[string][]int{"A": {rank, want.in}, "B": {want.out, rank}} {
			name := "base_model.model.model.layers.0." + want.name + ".lora_" + matrix + ".weight"
			if !slices.Equal(shapes[name], shape) {
				t.Errorf("%s has shape %v; want %v", name, shapes[name], shape)
			}
		}
	}
	// rank·Σ(in + out) = 4·(128 + 96 + 96 + 128 + 192 + 192 + 192) = 4096 a layer
	if layout.Size != 2*4096 {
		t.Errorf("the layout holds %d values; want 8192", layout.Size)
	}
}

// The factors follow each other without a gap, whatever projections are chosen and in whatever order they are named.
func TestLayoutIsContiguous(t *testing.T) {
	for _, modules := range [][]string{
		decoder.AllModules, {"q_proj", "v_proj"}, {"v_proj", "q_proj"}, {"down_proj"}, {"up_proj", "k_proj", "o_proj"},
	} {
		layout := newLayout(t, tinymodel.Config(), decoder.LoRA{Rank: 3, Alpha: 3, Modules: modules})
		offset, names := 0, map[string]bool{}
		for _, factor := range layout.Factors {
			if factor.Offset != offset || names[factor.Name] {
				t.Errorf("%v: %s begins at %d; want %d and each name once", modules, factor.Name, factor.Offset, offset)
			}
			if factor.IsA != strings.HasSuffix(factor.Name, "lora_A.weight") {
				t.Errorf("%s: IsA is %t", factor.Name, factor.IsA)
			}
			offset, names[factor.Name] = offset+factor.Shape[0]*factor.Shape[1], true
		}
		if offset != layout.Size || len(names) != 2*2*len(modules) {
			t.Errorf("%v: %d values and %d factors; want %d and %d", modules, layout.Size, len(names), offset, 4*len(modules))
		}
	}
}

// SmolLM2-135M with rank 16 has 420 tensors (facts of PEFT 0.21) and 30 · 16 · (2·1152 + 2·768 + 3·2112) = 4,884,480
// values: q and o are 576 + 576 wide, k and v 576 + 192, the three of the MLP 576 + 1536.
func TestLayoutOfSmolLM2(t *testing.T) {
	config := decoder.Config{HiddenSize: 576, IntermediateSize: 1536, Layers: 30, Heads: 9, KVHeads: 3, HeadDim: 64}
	layout := newLayout(t, config, decoder.LoRA{Rank: 16, Alpha: 16, Modules: decoder.AllModules})
	if len(layout.Factors) != 420 || layout.Size != 4884480 {
		t.Errorf("%d tensors of %d values; want 420 of 4884480", len(layout.Factors), layout.Size)
	}
}

func TestLayoutOf(t *testing.T) {
	layout := newLayout(t, tinymodel.Config(), decoder.LoRA{Rank: 2, Alpha: 2, Modules: []string{"up_proj"}})
	a, b, ok := layout.Of("model.layers.1.mlp.up_proj.weight")
	prefix := "base_model.model.model.layers.1.mlp.up_proj.lora_"
	if !ok || a.Name != prefix+"A.weight" || b.Name != prefix+"B.weight" {
		t.Errorf("Of gives %q and %q, %t; want the factors of layer 1's up_proj", a.Name, b.Name, ok)
	}
	for _, none := range []string{"model.layers.1.mlp.gate_proj.weight", "model.layers.2.mlp.up_proj.weight", "model.norm.weight"} {
		if _, _, ok := layout.Of(none); ok {
			t.Errorf("Of finds an adapter on %s", none)
		}
	}
}

// A uniform value in ±bound has the mean square bound²/3; over the 256 or more values of a factor the mean square
// strays from it by about √(4/45 / 256) / (1/3) = 6 %, so that 25 % is four deviations.
func TestInit(t *testing.T) {
	layout := newLayout(t, tinymodel.Config(), decoder.LoRA{Rank: 4, Alpha: 8, Modules: decoder.AllModules})
	values := layout.Init(7)
	for _, factor := range layout.Factors {
		square, largest := 0.0, 0.0
		for _, v := range values[factor.Offset : factor.Offset+factor.Size()] {
			square += float64(v) * float64(v) / float64(factor.Size())
			largest = max(largest, math.Abs(float64(v)))
		}
		bound := 1 / math.Sqrt(float64(factor.Shape[1])) // A is [rank, in]
		switch {
		case !factor.IsA && largest != 0:
			t.Errorf("%s has a value of %g; B begins at zero", factor.Name, largest)
		case factor.IsA && (largest > bound*(1+1e-6) || math.Abs(square/(bound*bound/3)-1) > 0.25):
			t.Errorf("%s reaches %g with mean square %g; want ±%g and %g", factor.Name, largest, square, bound, bound*bound/3)
		}
	}
	if !slices.Equal(values, layout.Init(7)) {
		t.Error("the same seed gives two adapters")
	}
	if slices.Equal(values, layout.Init(8)) {
		t.Error("two seeds give the same adapter")
	}
}
