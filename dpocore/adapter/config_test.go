package adapter_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestAdapterConfigFile checks every field of adapter_config.json, and reads a rank-stabilized adapter back.
func TestAdapterConfigFile(t *testing.T) {
	lora := decoder.LoRA{Rank: 4, Alpha: 8, Modules: []string{"q_proj", "down_proj"}, RankStabilized: true}
	layout, err := decoder.NewLayout(tinymodel.Config(), lora)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := adapter.Write(dir, layout, make([]float32, layout.Size), adapter.Options{BaseModel: "HuggingFaceTB/SmolLM2-135M-Instruct", Dropout: 0.05}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
		"r": 4.0, "lora_alpha": 8.0, "lora_dropout": 0.05, "target_modules": []any{"q_proj", "down_proj"}, "bias": "none",
		"fan_in_fan_out": false, "use_rslora": true, "use_dora": false, "inference_mode": true, "init_lora_weights": true,
		"rank_pattern": map[string]any{}, "alpha_pattern": map[string]any{}, "modules_to_save": nil,
	}
	if got := fields(t, dir, "adapter_config.json"); !reflect.DeepEqual(got, want) {
		t.Errorf("adapter_config.json is\n%v, want\n%v", got, want)
	}
	if back, err := adapter.ReadConfig(dir); err != nil || !reflect.DeepEqual(back, lora) {
		t.Errorf("read back %+v, %v; want %+v", back, err, lora)
	}
}

// TestAdapterModuleOrder: PEFT writes a Python set, which has no order.
func TestAdapterModuleOrder(t *testing.T) {
	dir, layout, values := writeAdapter(t)
	edit(t, dir, `"target_modules": [
    "q_proj",
    "k_proj",`, `"target_modules": [
    "k_proj",
    "q_proj",`)
	lora, err := adapter.ReadConfig(dir)
	if err != nil || !slices.Equal(lora.Modules, decoder.AllModules) {
		t.Errorf("modules %v, %v", lora.Modules, err)
	}
	if back, err := adapter.ReadValues(dir, layout); err != nil || !slices.Equal(back, values) {
		t.Errorf("the values read back differ, %v", err)
	}
}

func TestUnsupportedAdapters(t *testing.T) {
	for _, c := range []struct{ old, new, message string }{
		{`"peft_type": "LORA"`, `"peft_type": "IA3"`, "IA3"},
		{`"r": 3,`, ``, "r or lora_alpha is missing"},
		{`"lora_alpha": 6,`, ``, "r or lora_alpha is missing"},
		{`"use_dora": false`, `"use_dora": true`, "use_dora"},
		{`"fan_in_fan_out": false`, `"fan_in_fan_out": true`, "fan_in_fan_out"},
		{`"bias": "none"`, `"bias": "all"`, "bias"},
		{`"rank_pattern": {}`, `"rank_pattern": {"layers.1.self_attn.q_proj": 8}`, "rank_pattern"},
		{`"modules_to_save": null`, `"modules_to_save": ["lm_head"]`, "modules_to_save"},
		{`"q_proj",`, `"qkv",`, `"qkv"`},
		{`"r": 3,`, `"r": 0,`, "rank is 0"},
	} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, c.old, c.new)
		if _, err := adapter.ReadConfig(dir); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v does not contain %q", c.new, err, c.message)
		}
	}
	if _, err := adapter.ReadConfig(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not an adapter folder") {
		t.Errorf("an empty folder: %v", err)
	}
}

// TestUnsupportedSettings goes through the settings of PEFT 0.21 that change an adapter's result or what it applies to.
func TestUnsupportedSettings(t *testing.T) {
	for _, name := range []string{"alora_invocation_tokens", "alpha_pattern", "arrow_config", "exclude_modules", "fan_in_fan_out",
		"kasa_config", "layer_replication", "layers_to_transform", "lora_bias", "modules_to_save", "monteclora_config", "rank_pattern",
		"target_parameters", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "velora_config"} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, "\n}", ",\n\""+name+"\": [\"x\"]\n}")
		if _, err := adapter.ReadConfig(dir); err == nil || !strings.Contains(err.Error(), name+` is ["x"]`) {
			t.Errorf("%s: error %v does not name the setting", name, err)
		}
	}
}

// TestUnsupportedSettingValues: the error names the setting and its value.
func TestUnsupportedSettingValues(t *testing.T) {
	for _, c := range []struct{ setting, message string }{
		{`"layers_to_transform": 0`, "layers_to_transform is 0"},
		{`"lora_bias": true`, "lora_bias is true"},
		{`"alpha_pattern": {"q_proj": "4"}`, `alpha_pattern is {"q_proj": "4"}`},
		{`"exclude_modules": "q_proj"`, "exclude_modules"},
		{`"init_lora_weights": "pissa"`, "init_lora_weights is pissa"},
		{`"target_modules": "model.*q_proj"`, "model.*q_proj"},
		{`"target_modules": null`, "no projection is named"},
		{`"lora_alpha": "16"`, "lora_alpha"},
	} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, "\n}", ",\n"+c.setting+"\n}") // of a repeated name the last one counts
		if _, err := adapter.ReadConfig(dir); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v does not contain %q", c.setting, err, c.message)
		}
	}
	for _, setting := range []string{`"lora_bias": false`, `"layers_to_transform": null`, `"rank_pattern": {}`,
		`"target_parameters": []`, `"init_lora_weights": "gaussian"`, `"target_modules": "all-linear"`, `"megatron_core": "megatron.core"`} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, "\n}", ",\n"+setting+"\n}")
		if _, err := adapter.ReadConfig(dir); err != nil {
			t.Errorf("%s, which has no effect: %v", setting, err)
		}
	}
}

// TestUnknownSettings: a setting of a newer PEFT, or a misspelled one, might change the result.
func TestUnknownSettings(t *testing.T) {
	for _, setting := range []string{`"use_newlora": true`, `"newlora_scale": 2.0`, `"use_dorra": "yes"`, `"r_pattern": {"q_proj": 8}`} {
		name, _, _ := strings.Cut(strings.Trim(setting, `"`), `"`)
		dir, _, _ := writeAdapter(t)
		edit(t, dir, "\n}", ",\n"+setting+"\n}")
		for _, read := range []func() error{
			func() error { _, err := adapter.ReadConfig(dir); return err },
			func() error { _, _, err := adapter.Load(dir, tinymodel.Config()); return err },
		} {
			if err := read(); err == nil || !strings.Contains(err.Error(), name+" is ") || !strings.Contains(err.Error(), "not known here") {
				t.Errorf("%s: error %v does not name the setting", setting, err)
			}
		}
	}
	for _, setting := range []string{`"use_newlora": false`, `"newlora": null`, `"runtime_config": {"ephemeral_gpu_offload": true}`, `"qalora_group_size": 16`,
		`"peft_version": "0.21.2"`, `"lorap_lr_ratio": 16.0`, `"loftq_config": {"loftq_bits": 4}`} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, "\n}", ",\n"+setting+"\n}")
		if _, err := adapter.ReadConfig(dir); err != nil {
			t.Errorf("%s, which has no effect: %v", setting, err)
		}
	}
}

func TestOptionalAndRepeatedSettings(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{`"bias": "none",`, ``},
		{`"q_proj",`, `"q_proj", "v_proj", "q_proj",`},
	} {
		dir, _, _ := writeAdapter(t)
		edit(t, dir, c.old, c.new)
		if lora, err := adapter.ReadConfig(dir); err != nil || !slices.Equal(lora.Modules, decoder.AllModules) {
			t.Errorf("%s: read %v, %v", c.new, lora.Modules, err)
		}
	}
}

// edit replaces a part of adapter_config.json; it fails the test if the part is not found.
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

// fields reads a JSON file in dir.
func fields(t *testing.T, dir, name string) (all map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}
