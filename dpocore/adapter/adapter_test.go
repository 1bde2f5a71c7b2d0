package adapter_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

func writeAdapter(t *testing.T) (dir string, layout decoder.Layout, values []float32) {
	t.Helper()
	layout, values = tinymodel.Adapter(t)
	dir = filepath.Join(t.TempDir(), "adapter")
	if err := adapter.Write(dir, layout, values, adapter.Options{BaseModel: "base", Bin: true}); err != nil {
		t.Fatal(err)
	}
	return dir, layout, values
}

func TestAdapterRoundTrip(t *testing.T) {
	dir, layout, values := writeAdapter(t)
	lora, err := adapter.ReadConfig(dir)
	if err != nil || lora.Rank != 3 || lora.Alpha != 6 || !slices.Equal(lora.Modules, decoder.AllModules) {
		t.Errorf("read back %+v, %v", lora, err)
	}
	back, err := adapter.ReadValues(dir, layout)
	if err != nil || !slices.Equal(back, values) {
		t.Errorf("the values read back differ, %v", err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := adapter.Write(again, layout, values, adapter.Options{BaseModel: "base"}); err != nil {
		t.Fatal(err)
	}
	first, err := adapter.Hash(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := adapter.Hash(again); err != nil || second != first {
		t.Errorf("the same adapter gives different bytes: %s, %s, %v", first, second, err)
	}
}

// TestAdapterTensors checks names and shapes, because PEFT only warns about a missing tensor. Each of the two layers has
// seven projections, each with an A [3, in] and a B [out, 3].
func TestAdapterTensors(t *testing.T) {
	dir, _, _ := writeAdapter(t)
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

// TestLoad: the layout and values are those that were written, and another model's shape is an error.
func TestLoad(t *testing.T) {
	dir, layout, values := writeAdapter(t)
	gotLayout, got, err := adapter.Load(dir, tinymodel.Config())
	if err != nil || !reflect.DeepEqual(gotLayout, layout) || !slices.Equal(got, values) {
		t.Errorf("another adapter was loaded, %v", err)
	}
	other := tinymodel.Config()
	other.Layers++
	if _, _, err := adapter.Load(dir, other); err == nil || !strings.Contains(err.Error(), "belongs to another model") {
		t.Errorf("another model: %v", err)
	}
	if _, _, err := adapter.Load(t.TempDir(), tinymodel.Config()); err == nil || !strings.Contains(err.Error(), "not an adapter folder") {
		t.Errorf("an empty folder: %v", err)
	}
}
