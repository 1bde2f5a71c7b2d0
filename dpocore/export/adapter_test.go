package export_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// layoutOf is a rank-3 adapter of a tiny model, with values that tell every place from every other.
func layoutOf(t *testing.T, modules ...string) (llama.Layout, []float32) {
	t.Helper()
	if len(modules) == 0 {
		modules = llama.AllModules
	}
	layout, err := llama.NewLayout(tinymodel.Config(), llama.LoRA{Rank: 3, Alpha: 6, Modules: modules})
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, layout.Size)
	for i := range values {
		values[i] = float32(i)/1024 - 3
	}
	return layout, values
}

func written(t *testing.T) (dir string, layout llama.Layout, values []float32) {
	t.Helper()
	layout, values = layoutOf(t)
	dir = filepath.Join(t.TempDir(), "adapter")
	if err := export.WriteAdapter(dir, layout, values, "base", true); err != nil {
		t.Fatal(err)
	}
	return dir, layout, values
}

func TestAdapterRoundTrip(t *testing.T) {
	dir, layout, values := written(t)
	lora, err := export.ReadAdapterConfig(dir)
	if err != nil || lora.Rank != 3 || lora.Alpha != 6 || !slices.Equal(lora.Modules, llama.AllModules) {
		t.Errorf("read back %+v, %v", lora, err)
	}
	back, err := export.ReadAdapter(dir, layout)
	if err != nil || !slices.Equal(back, values) {
		t.Errorf("other values read back, %v", err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := export.WriteAdapter(again, layout, values, "base", false); err != nil {
		t.Fatal(err)
	}
	first, err := export.HashAdapter(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := export.HashAdapter(again); err != nil || second != first {
		t.Errorf("the same adapter gives other bytes: %s, %s, %v", first, second, err)
	}
}

// TestAdapterTensors: PEFT only warns of a missing tensor, so names and shapes are checked here. Each of two layers has
// seven projections with an A [3, in] and a B [out, 3].
func TestAdapterTensors(t *testing.T) {
	dir, _, _ := written(t)
	file, err := safetensors.Open(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if n := len(file.Names()); n != 2*7*2 {
		t.Errorf("%d tensors, want 28", n)
	}
	for name, shape := range map[string][]int{
		"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": {3, 64},
		"base_model.model.model.layers.0.self_attn.k_proj.lora_B.weight": {32, 3},
		"base_model.model.model.layers.1.mlp.down_proj.lora_A.weight":    {3, 128},
		"base_model.model.model.layers.1.mlp.gate_proj.lora_B.weight":    {128, 3},
	} {
		if info, ok := file.Info(name); !ok || !slices.Equal(info.Shape, shape) {
			t.Errorf("%s has shape %v, want %v", name, info.Shape, shape)
		}
	}
	if file.Metadata["format"] != "pt" {
		t.Errorf("metadata %v", file.Metadata)
	}
}

// TestAdapterOrderOfModulesInTheFile: a set in Python has no order.
func TestAdapterOrderOfModulesInTheFile(t *testing.T) {
	dir, layout, values := written(t)
	edit(t, dir, `"target_modules": [
    "q_proj",
    "k_proj",`, `"target_modules": [
    "k_proj",
    "q_proj",`)
	lora, err := export.ReadAdapterConfig(dir)
	if err != nil || !slices.Equal(lora.Modules, llama.AllModules) {
		t.Errorf("modules %v, %v", lora.Modules, err)
	}
	if back, err := export.ReadAdapter(dir, layout); err != nil || !slices.Equal(back, values) {
		t.Errorf("other values read back, %v", err)
	}
}

func TestAdapterOfAnotherModelIsRefused(t *testing.T) {
	dir, _, _ := written(t)
	config := tinymodel.Config()
	for _, c := range []struct {
		change func(*llama.Config)
		says   string
	}{
		{func(c *llama.Config) { c.Layers = 3 }, "has no tensor base_model.model.model.layers.2."},
		{func(c *llama.Config) { c.Layers = 1 }, "14 tensors that this model has no place for"},
		{func(c *llama.Config) { c.IntermediateSize = 96 }, "shape [128 3] where this model needs [96 3]"},
	} {
		other := config
		c.change(&other)
		layout, err := llama.NewLayout(other, llama.LoRA{Rank: 3, Alpha: 6, Modules: llama.AllModules})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := export.ReadAdapter(dir, layout); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v does not say %q", err, c.says)
		}
	}
}

func TestKindsOfAdapterThatAreNotComputedAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{`"peft_type": "LORA"`, `"peft_type": "IA3"`, "IA3"},
		{`"r": 3,`, ``, "r or lora_alpha is missing"},
		{`"lora_alpha": 6,`, ``, "r or lora_alpha is missing"},
		{`"use_dora": false`, `"use_dora": true`, "use_dora"},
		{`"fan_in_fan_out": false`, `"fan_in_fan_out": true`, "fan_in_fan_out"},
		{`"bias": "none"`, `"bias": "all"`, "bias"},
		{`"rank_pattern": {}`, `"rank_pattern": {"q_proj": 8}`, "rank_pattern"},
		{`"modules_to_save": null`, `"modules_to_save": ["lm_head"]`, "modules_to_save"},
		{`"q_proj",`, `"qkv",`, `"qkv"`},
		{`"r": 3,`, `"r": 0,`, "rank is 0"},
	} {
		dir, _, _ := written(t)
		edit(t, dir, c.old, c.new)
		if _, err := export.ReadAdapterConfig(dir); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", c.new, err, c.says)
		}
	}
	if _, err := export.ReadAdapterConfig(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not an adapter folder") {
		t.Errorf("an empty folder: %v", err)
	}
}

// edit replaces a piece of adapter_config.json, which must be there.
func edit(t *testing.T, dir, from, to string) {
	t.Helper()
	path := filepath.Join(dir, "adapter_config.json")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		t.Fatalf("adapter_config.json lacks %s:\n%s", from, content)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(content), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}
