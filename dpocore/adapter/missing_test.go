package adapter_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestMissingWeights: what is in the place of an adapter's weights is named, with what to do.
func TestMissingWeights(t *testing.T) {
	const config = "adapter_config.json"
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{config}, "has no adapter_model.safetensors; copy that file too"},
		{[]string{config, "adapter_model-00001-of-00002.safetensors", "adapter_model.safetensors.index.json"}, "several files, such as adapter_model-00001-of-00002.safetensors; join them"},
		{[]string{config, "adapter_model.safetensors.index.json"}, "names files that are missing"},
		{[]string{config, ".cache/huggingface/download/x.y.incomplete"}, "is not complete (x.y.incomplete); download it again"},
		{[]string{config, "adapters.safetensors"}, "has no adapter_model.safetensors, only adapters.safetensors; load it with PEFT"},
		{[]string{"train/" + config, "reference/" + config}, "such as DIR/reference"},
		{[]string{"snapshots/3f/" + config}, "such as DIR/snapshots/3f"},
		{[]string{"checkpoint-9/" + config, "checkpoint-10/" + config, "checkpoint-11/trainer_state.json"}, "use the adapter of its checkpoint DIR/checkpoint-10"},
	} {
		dir := t.TempDir()
		for _, name := range c.files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(`{"peft_type":"LORA","r":3,"lora_alpha":6,"target_modules":["q_proj"]}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, _, err := adapter.Load(dir, tinymodel.Config())
		if want := strings.ReplaceAll(c.want, "DIR", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", c.files, err, want)
		}
	}
	if _, _, err := adapter.Load("owner/name", tinymodel.Config()); err == nil || !strings.Contains(err.Error(), "hf download owner/name --local-dir FOLDER") {
		t.Errorf("a name on the hub: %v", err)
	}
}
