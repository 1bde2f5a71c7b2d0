package export_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/safetensors"
)

// TestSettingsThatChangeWhatAnAdapterComputes: PEFT has many; each is refused by its name and value.
func TestSettingsThatChangeWhatAnAdapterComputes(t *testing.T) {
	for _, c := range []struct{ setting, says string }{
		{`"layers_to_transform": [0]`, "layers_to_transform is [0]"},
		{`"lora_bias": true`, "lora_bias is true"},
		{`"alpha_pattern": {"q_proj": 4}`, `alpha_pattern is {"q_proj": 4}`},
		{`"exclude_modules": "q_proj"`, "exclude_modules"},
		{`"init_lora_weights": "pissa"`, "init_lora_weights is pissa"},
		{`"target_modules": "model.*q_proj"`, "model.*q_proj"},
		{`"target_modules": null`, "no projection is named"},
		{`"lora_alpha": "16"`, "lora_alpha"},
	} {
		dir, _, _ := written(t)
		edit(t, dir, "\n}", ",\n"+c.setting+"\n}") // of a name that stands twice the last one counts
		if _, err := export.ReadAdapterConfig(dir); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", c.setting, err, c.says)
		}
	}
	for _, setting := range []string{`"lora_bias": false`, `"layers_to_transform": null`, `"rank_pattern": {}`,
		`"target_parameters": []`, `"init_lora_weights": "gaussian"`, `"target_modules": "all-linear"`, `"megatron_core": "megatron.core"`} {
		dir, _, _ := written(t)
		edit(t, dir, "\n}", ",\n"+setting+"\n}")
		if _, err := export.ReadAdapterConfig(dir); err != nil {
			t.Errorf("%s, which changes nothing: %v", setting, err)
		}
	}
}

func TestValuesThatAreNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		layout, values := layoutOf(t)
		values[layout.Factors[1].Offset] = float32(bad)
		dir := filepath.Join(t.TempDir(), "adapter")
		err := export.WriteAdapter(dir, layout, values, "base", false)
		if err == nil || !strings.Contains(err.Error(), layout.Factors[1].Name) {
			t.Errorf("write %g: error %v does not name the tensor", bad, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("write %g: a folder was left behind", bad)
		}
		var list []safetensors.Tensor
		for _, factor := range layout.Factors {
			own := values[factor.Offset : factor.Offset+factor.Size()]
			list = append(list, safetensors.Tensor{Name: factor.Name, Shape: factor.Shape, Values: func() ([]float32, error) { return own, nil }})
		}
		if err := safetensors.Write(filepath.Join(dir, "adapter_model.safetensors"), "F32", list); err != nil {
			t.Fatal(err)
		}
		if _, err := export.ReadAdapter(dir, layout); err == nil || !strings.Contains(err.Error(), layout.Factors[1].Name) {
			t.Errorf("read %g: error %v does not name the tensor", bad, err)
		}
	}
}

// TestBin: an adapter's .bin is never another adapter's, and alone it is not enough for this program.
func TestBin(t *testing.T) {
	dir, layout, values := written(t)
	bin := filepath.Join(dir, "adapter_model.bin")
	if _, err := os.Stat(bin); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "adapter_model.safetensors")); err != nil {
		t.Fatal(err)
	}
	_, readErr := export.ReadAdapter(dir, layout)
	_, hashErr := export.HashAdapter(dir)
	for _, err := range []error{readErr, hashErr} {
		if err == nil || !strings.Contains(err.Error(), "adapter_model.bin alone") {
			t.Errorf("a folder with .bin alone: %v", err)
		}
	}
	if err := export.WriteAdapter(dir, layout, values, "base", false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err == nil {
		t.Error("the .bin of an earlier adapter was left beside a new one")
	}
}

// TestFilesOfOthersInAMergedFolder: what llama.cpp's converter puts there is not ours to remove.
func TestFilesOfOthersInAMergedFolder(t *testing.T) {
	b := load(t)
	layout, values := layoutOf(t)
	out := filepath.Join(t.TempDir(), "merged")
	if err := b.merge(out, "float16", layout, values); err != nil {
		t.Fatal(err)
	}
	converted := filepath.Join(out, "model-F16.gguf")
	if err := os.WriteFile(converted, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.merge(out, "float16", layout, values); err == nil || !strings.Contains(err.Error(), "model-F16.gguf") {
		t.Errorf("error %v does not name the file", err)
	}
	if _, err := os.Stat(converted); err != nil {
		t.Error(err)
	}
}

func TestMergeThroughALink(t *testing.T) {
	b := load(t)
	layout, values := layoutOf(t)
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "merged")
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	if err := b.merge(link, "float32", layout, values); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Lstat(link); err != nil || stat.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", stat, err)
	}
	if _, err := os.Stat(filepath.Join(real, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
