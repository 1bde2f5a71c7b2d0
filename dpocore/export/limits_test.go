package export_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestAdapterConfigFile: all of adapter_config.json, and what is read back of a rank-stabilized adapter.
func TestAdapterConfigFile(t *testing.T) {
	lora := llama.LoRA{Rank: 4, Alpha: 8, Modules: []string{"q_proj", "down_proj"}, RankStabilized: true}
	layout, err := llama.NewLayout(tinymodel.Config(), lora)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := export.WriteAdapter(dir, layout, make([]float32, layout.Size), "HuggingFaceTB/SmolLM2-135M-Instruct", false); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
		"r": 4.0, "lora_alpha": 8.0, "lora_dropout": 0.0, "target_modules": []any{"q_proj", "down_proj"}, "bias": "none",
		"fan_in_fan_out": false, "use_rslora": true, "use_dora": false, "inference_mode": true, "init_lora_weights": true,
		"rank_pattern": map[string]any{}, "alpha_pattern": map[string]any{}, "modules_to_save": nil,
	}
	if got := fields(t, dir, "adapter_config.json"); !reflect.DeepEqual(got, want) {
		t.Errorf("adapter_config.json holds\n%v, want\n%v", got, want)
	}
	if back, err := export.ReadAdapterConfig(dir); err != nil || !reflect.DeepEqual(back, lora) {
		t.Errorf("read back %+v, %v; want %+v", back, err, lora)
	}
}

// TestAdapterFileOrder: the tensors' bytes lie in the order of their names, as in PEFT's own files.
func TestAdapterFileOrder(t *testing.T) {
	dir, _, _ := written(t)
	file, err := safetensors.Open(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	end := int64(0)
	for _, name := range file.Names() { // in alphabetical order
		info, _ := file.Info(name)
		if info.Offsets[0] != end {
			t.Fatalf("%s begins at byte %d, want %d", name, info.Offsets[0], end)
		}
		end = info.Offsets[1]
	}
}

// TestSettingsThatAreNotComputed are PEFT 0.21's that change an adapter's result or what it applies to.
func TestSettingsThatAreNotComputed(t *testing.T) {
	for _, name := range []string{"alora_invocation_tokens", "alpha_pattern", "arrow_config", "exclude_modules", "fan_in_fan_out",
		"kasa_config", "layer_replication", "layers_to_transform", "lora_bias", "modules_to_save", "monteclora_config", "rank_pattern",
		"target_parameters", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "velora_config"} {
		dir, _, _ := written(t)
		edit(t, dir, "\n}", ",\n\""+name+"\": [\"x\"]\n}")
		if _, err := export.ReadAdapterConfig(dir); err == nil || !strings.Contains(err.Error(), name+` is ["x"]`) {
			t.Errorf("%s: error %v does not name it", name, err)
		}
	}
}

func TestSettingsThatMayBeLeftOutOrDoubled(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{`"bias": "none",`, ``},
		{`"q_proj",`, `"q_proj", "v_proj", "q_proj",`},
	} {
		dir, _, _ := written(t)
		edit(t, dir, c.old, c.new)
		if lora, err := export.ReadAdapterConfig(dir); err != nil || !slices.Equal(lora.Modules, llama.AllModules) {
			t.Errorf("%s: read %v, %v", c.new, lora.Modules, err)
		}
	}
}

// TestOneTensorTooMany: an adapter with something beside the factors does more than is computed here.
func TestOneTensorTooMany(t *testing.T) {
	layout, values := layoutOf(t)
	var list []safetensors.Tensor
	add := func(name string, shape []int, own []float32) {
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return own, nil }})
	}
	for _, factor := range layout.Factors {
		add(factor.Name, factor.Shape, values[factor.Offset:factor.Offset+factor.Size()])
	}
	add("base_model.model.lm_head.weight", []int{1}, []float32{1})
	dir := t.TempDir()
	if err := safetensors.Write(filepath.Join(dir, "adapter_model.safetensors"), "F32", list); err != nil {
		t.Fatal(err)
	}
	if _, err := export.ReadAdapter(dir, layout); err == nil || !strings.Contains(err.Error(), "holds 1 tensors that this model has no place for") {
		t.Errorf("error %v", err)
	}
}

// TestDamagedBesideBin: that a .bin lies there too is not what is wrong.
func TestDamagedBesideBin(t *testing.T) {
	dir, layout, _ := written(t)
	if err := os.Truncate(filepath.Join(dir, "adapter_model.safetensors"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := export.ReadAdapter(dir, layout); err == nil || !strings.Contains(err.Error(), "the file is damaged") {
		t.Errorf("error %v", err)
	}
	if _, err := export.ReadAdapter(t.TempDir(), layout); err == nil || strings.Contains(err.Error(), "alone") {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestMergedFolderIsWhole: in a folder that is made on the way, for all to read, with every file that a model needs.
func TestMergedFolderIsWhole(t *testing.T) {
	b := load(t)
	layout, values := layoutOf(t)
	out := filepath.Join(t.TempDir(), "models", "merged")
	if err := b.merge(out, "bfloat16", layout, values); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Stat(out); err != nil || stat.Mode().Perm() != 0o755 {
		t.Errorf("the folder has mode %v, %v; want 0755", stat.Mode(), err)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{"SHA256SUMS", "chat_template.jinja", "config.json", "dpo_merge.json", "generation_config.json", "model.safetensors",
		"special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"}
	if !slices.Equal(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}
