package adapter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// factor is a stored factor of which all values are the same.
type factor struct {
	name       string
	rows, cols int
	value      float32
}

// peftFolder writes an adapter as PEFT would; settings are added to r = 2, lora_alpha = 4.
func peftFolder(t *testing.T, settings string, factors ...factor) (dir string) {
	t.Helper()
	dir = t.TempDir()
	config := `{"peft_type": "LORA", "r": 2, "lora_alpha": 4, ` + settings + `}`
	if err := os.WriteFile(filepath.Join(dir, "adapter_config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var tensors []safetensors.Tensor
	for _, f := range factors {
		values := make([]float32, f.rows*f.cols)
		for i := range values {
			values[i] = f.value
		}
		tensors = append(tensors, safetensors.Tensor{Name: f.name, Shape: []int{f.rows, f.cols}, Values: func() ([]float32, error) { return values, nil }})
	}
	if err := safetensors.Write(filepath.Join(dir, "adapter_model.safetensors"), "F32", tensors); err != nil {
		t.Fatal(err)
	}
	return dir
}

// both are the factors of a projection of the tiny model, whose q_proj is [64, 64] and k_proj [32, 64].
func both(layer int, module string, out, rank int, infix string) []factor {
	name := fmt.Sprintf("base_model.model.model.layers.%d.self_attn.%s.lora_", layer, module)
	return []factor{{name + "A" + infix + ".weight", rank, 64, 1}, {name + "B" + infix + ".weight", out, rank, 1}}
}

func q(layer int) []factor { return both(layer, "q_proj", 64, 2, "") }

// TestLoadForms: the same two layers' q_proj, selected in all of PEFT's ways.
func TestLoadForms(t *testing.T) {
	two := append(q(0), q(1)...)
	for _, c := range []struct {
		settings string
		factors  []factor
		message  string // of the error; "" if it loads
	}{
		{`"target_modules": ["q_proj"]`, two, ""},
		{`"target_modules": ["q_proj"]`, append(both(0, "q_proj", 64, 2, ".default"), both(1, "q_proj", 64, 2, ".default")...), ""},
		{`"target_modules": ["self_attn.q_proj"]`, two, ""},
		{`"target_modules": ["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj"]`, two, ""},
		{`"target_modules": "(?:.*?(?:self_attn|mlp).*?(?:q_proj).*?)"`, two, ""},
		{`"target_modules": "(?=.*q_proj).*"`, two, ""}, // a look-ahead, which Go does not know
		{`"target_modules": ["q_proj"], "layers_to_transform": [0, 1]`, two, ""},
		{`"target_modules": ["q_proj"], "layers_to_transform": 0`, q(0), ""},
		{`"target_modules": ["q_proj", "k_proj"], "exclude_modules": ["k_proj"]`, two, ""},
		{`"target_modules": "all-linear", "exclude_modules": ".*(k|v|o|gate|up|down)_proj"`, two, ""},
		{`"target_modules": ["q_proj"]`, q(0), "has no tensor base_model.model.model.layers.1.self_attn.q_proj.lora_"},
		{`"target_modules": ["q_proj"], "layers_to_transform": [0]`, two, "2 tensors that this model does not have"},
		{`"target_modules": ["q_proj"]`, append(two, factor{"base_model.model.model.embed_tokens.weight", 8, 64, 1}), "embed_tokens.weight, which is not a factor of LoRA on a projection; merge it into its model with PEFT"},
		{`"target_modules": ["q_proj", "lm_head"]`, append(two, factor{"base_model.model.lm_head.lora_A.weight", 2, 64, 1}), "lm_head.lora_A.weight"},
		{`"target_modules": ["c_attn"]`, nil, "has LoRA on no projection of this model"},
		{`"target_modules": ["q_proj"], "use_dora": true`, two, "use_dora is true, which is not supported; merge it into its model with PEFT"},
		{`"target_modules": ["q_proj"], "rank_pattern": {"(?=x)": 3}`, two, "write one name for each projection"},
		{`"target_modules": 7`, two, "target_modules of adapter_config.json: it is 7"},
	} {
		_, _, err := adapter.Load(peftFolder(t, c.settings, c.factors...), tinymodel.Config())
		if c.message != "" {
			errtest.Contains(t, err, c.message)
		} else if err != nil {
			t.Errorf("%s: %v", c.settings, err)
		}
	}
}

// TestUnevenRanks: q_proj has rank 2 and alpha 4, a scale of 2, and in layer 1 rank 3 and alpha 9, a scale of 3. The layout has
// the latter; an entry of scale·B·A is then 2·2·1 = 4 in layer 0 and 3·3·1 = 9 in layer 1.
func TestUnevenRanks(t *testing.T) {
	dir := peftFolder(t, `"target_modules": ["q_proj"], "rank_pattern": {"layers.1.self_attn.q_proj": 3}, "alpha_pattern": {"^model.layers.1.self_attn.q_proj": 9, "q_proj": 4}`,
		append(q(0), both(1, "q_proj", 64, 3, "")...)...)
	layout, values, err := adapter.Load(dir, tinymodel.Config())
	if err != nil {
		t.Fatal(err)
	}
	checkProduct(t, layout, values, 0, 4)
	checkProduct(t, layout, values, 1, 9)
	if uneven, err := adapter.Uneven(dir, tinymodel.Config()); err != nil || !uneven {
		t.Errorf("it is uneven: %v, %v", uneven, err)
	}
}

// TestPatternsRoundTrip: an adapter with other ranks and alphas of some projections, in one layer, is written as PEFT has it, and
// read back as it was. Its file has the factors of that layer only, in their ranks.
func TestPatternsRoundTrip(t *testing.T) {
	lora := decoder.LoRA{Rank: 4, Alpha: 8, Modules: []string{"q_proj", "k_proj", "down_proj"}, Layers: []int{1},
		Ranks: map[string]int{"q_proj": 2}, Alphas: map[string]float64{"q_proj": 5, "down_proj": 1}}
	layout, err := decoder.NewLayout(tinymodel.Config(), lora)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "adapter")
	if err := adapter.Write(dir, layout, layout.Init(5), adapter.Options{BaseModel: "base"}); err != nil {
		t.Fatal(err)
	}
	written := fields(t, dir, "adapter_config.json")
	for name, want := range map[string]any{"rank_pattern": map[string]any{"q_proj": 2.}, "alpha_pattern": map[string]any{"q_proj": 5., "down_proj": 1.}, "layers_to_transform": []any{1.}} {
		if !reflect.DeepEqual(written[name], want) {
			t.Errorf("%s is %v, want %v", name, written[name], want)
		}
	}
	file, err := safetensors.Open(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, ok := file.Info("base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight")
	if !ok || !slices.Equal(info.Shape, []int{2, 64}) || len(file.Names()) != 6 {
		t.Errorf("q_proj's A is %v, among %d tensors; want [2 64] and 6", info.Shape, len(file.Names()))
	}
	back, values, err := adapter.Load(dir, tinymodel.Config())
	if err != nil || !reflect.DeepEqual(back, layout) || !slices.Equal(values, layout.Init(5)) {
		t.Errorf("read back %+v, %v; want %+v", back.LoRA, err, layout.LoRA)
	}
	if uneven, err := adapter.Uneven(dir, tinymodel.Config()); err != nil || uneven {
		t.Errorf("it is uneven: %v, %v", uneven, err)
	}
}

// TestMissingLayer: a layer without LoRA changes nothing. With rank-stabilized LoRA the scale is 4/√2, and an entry 2·4/√2.
func TestMissingLayer(t *testing.T) {
	dir := peftFolder(t, `"target_modules": ["q_proj"], "layers_to_transform": [1], "use_rslora": true`, q(1)...)
	layout, values, err := adapter.Load(dir, tinymodel.Config())
	if err != nil {
		t.Fatal(err)
	}
	checkProduct(t, layout, values, 0, 0)
	checkProduct(t, layout, values, 1, 5.656854)
}

// checkProduct checks that every entry of scale·B·A of a layer's q_proj has a value.
func checkProduct(t *testing.T, layout decoder.Layout, values []float32, layer int, want float64) {
	t.Helper()
	a, b, ok := layout.Of(fmt.Sprintf("model.layers.%d.self_attn.q_proj.weight", layer))
	switch {
	case !ok && want == 0:
		return
	case !ok:
		t.Fatalf("layer %d has no factors", layer)
	}
	rank := layout.LoRA.Rank
	for row := range b.Shape[0] {
		for col := range a.Shape[1] {
			sum := 0.0
			for r := range rank {
				sum += float64(values[b.Offset+row*rank+r]) * float64(values[a.Offset+r*a.Shape[1]+col])
			}
			if got := sum * layout.LoRA.ScaleOf("q_proj"); got < want-1e-5 || got > want+1e-5 {
				t.Fatalf("layer %d, row %d, column %d: %g, want %g", layer, row, col, got, want)
			}
		}
	}
}

// TestNotAnAdapter: a folder of another kind is named, with what to use instead.
func TestNotAnAdapter(t *testing.T) {
	for file, want := range map[string]string{
		"":                                 "is not an adapter folder: it has no adapter_config.json",
		"run.json":                         "is not finished, so it has no adapter yet; resume it",
		"checkpoint-9/adapter_config.json": "use the adapter of its checkpoint",
		adapter.MergeFile:                  "is a merged model, not an adapter",
		"config.json":                      "is a model, not an adapter",
		"adapter_model.safetensors":        "has no adapter_config.json; copy that file too",
	} {
		dir := t.TempDir()
		if file != "" {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, _, err := adapter.Load(dir, tinymodel.Config())
		errtest.Contains(t, err, want)
		if _, hashErr := adapter.Hash(dir); hashErr == nil || !strings.Contains(hashErr.Error(), want) {
			t.Errorf("Hash: %v, want %q", hashErr, want)
		}
	}
}
