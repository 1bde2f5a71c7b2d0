package export_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/internal/tinymodel"
)

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

// TestMergedFamilies merges an adapter of zeros: the folder must contain the same model, including biases and RoPE
// scaling, and name no token that the model lacks. The tokenizer is SmolLM2's, in which token 2 ends a turn.
func TestMergedFamilies(t *testing.T) {
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		config     decoder.Config
		generation map[string]any
	}{
		{"Qwen2", tinymodel.Qwen2(), map[string]any{"eos_token_id": 2.0, "pad_token_id": 2.0}},
		{"Llama 3", tinymodel.Llama3(), map[string]any{"bos_token_id": 1.0, "eos_token_id": []any{2.0, 3.0}, "pad_token_id": 2.0}},
		{"Qwen3", tinymodel.Qwen3(), map[string]any{"bos_token_id": 1.0, "eos_token_id": 2.0, "pad_token_id": 2.0}},
		{"biases", tinymodel.Biased(), map[string]any{"bos_token_id": 1.0, "eos_token_id": 2.0, "pad_token_id": 2.0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder, out := tinymodel.WriteChatOf(t, c.config, 3), filepath.Join(t.TempDir(), "merged")
			loaded, err := weights.Load(backend, folder)
			if err != nil {
				t.Fatal(err)
			}
			defer loaded.Finalize()
			tok, err := tokenizer.Open(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer tok.Close()
			layout, err := decoder.NewLayout(loaded.Config, decoder.LoRA{Rank: 1, Alpha: 1, Modules: decoder.AllModules})
			if err != nil {
				t.Fatal(err)
			}
			err = base{backend, loaded, tok}.merge(out, "float32", layout, make([]float32, layout.Size))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := configfile.Read(out); err != nil || !reflect.DeepEqual(got, loaded.Config) {
				t.Errorf("the merged folder is %+v, %v; want %+v", got, err, loaded.Config)
			}
			if got := fields(t, out, "generation_config.json"); !reflect.DeepEqual(got, c.generation) {
				t.Errorf("generation_config.json is %v, want %v", got, c.generation)
			}
			loaded.Stored(func(name string, _ []int, values func() ([]float32, error)) {
				if want, err := values(); err != nil || !slices.Equal(readTensor(t, out, name), want) {
					t.Errorf("%s has other values (%v)", name, err)
				}
			})
		})
	}
}
