package llama_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/tinymodel"
)

// readConfig reads a config.json that is the smallest complete one with some fields set; a nil deletes the field.
func readConfig(t *testing.T, changes map[string]any) (llama.Config, error) {
	t.Helper()
	fields := map[string]any{
		"model_type": "llama", "hidden_act": "silu", "vocab_size": 256, "hidden_size": 64, "intermediate_size": 128,
		"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 1024,
		"rms_norm_eps": 1e-5, "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2,
	}
	for name, value := range changes {
		fields[name] = value
		if value == nil {
			delete(fields, name)
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "config.json"), string(raw))
	return llama.ReadConfig(folder)
}

func TestReadConfig(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes map[string]any
		change  func(c *llama.Config) // from the tiny model's
	}{
		{"as it stands", nil, func(*llama.Config) {}},
		{"rope_theta at the top", map[string]any{"rope_theta": 5e5}, func(c *llama.Config) { c.RopeTheta = 5e5 }},
		{"rope_theta in rope_parameters", map[string]any{"rope_parameters": map[string]any{"rope_theta": 1e5, "rope_type": "default"}},
			func(c *llama.Config) { c.RopeTheta = 1e5 }},
		{"no rope_theta: the default of transformers", nil, func(c *llama.Config) { c.RopeTheta = 10000 }},
		{"a list of ends", map[string]any{"eos_token_id": []int{7, 9}}, func(c *llama.Config) { c.EOS, c.Pad = 7, 7 }},
		{"padding of its own", map[string]any{"pad_token_id": 0}, func(c *llama.Config) { c.Pad = 0 }},
		{"head_dim of its own", map[string]any{"head_dim": 32}, func(c *llama.Config) { c.HeadDim = 32 }},
		{"no key heads named: as many as heads", map[string]any{"num_key_value_heads": nil}, func(c *llama.Config) { c.KVHeads = 4 }},
		{"a head apart", map[string]any{"tie_word_embeddings": false}, func(c *llama.Config) { c.TiedEmbeddings = false }},
		{"null scaling", map[string]any{"rope_scaling": json.RawMessage("null")}, func(*llama.Config) {}},
	} {
		got, err := readConfig(t, c.changes)
		if want := changed(c.change); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, want)
		}
	}
}

func TestReadConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"another kind of model", map[string]any{"model_type": "qwen2"}, `"qwen2"`},
		{"another activation", map[string]any{"hidden_act": "gelu"}, `hidden_act is "gelu"`},
		{"biases of attention", map[string]any{"attention_bias": true}, "attention_bias"},
		{"biases of the MLP", map[string]any{"mlp_bias": true}, "mlp_bias"},
		{"scaled positions", map[string]any{"rope_scaling": map[string]any{"type": "linear", "factor": 2}}, "rope_scaling"},
		{"scaled positions of transformers 5", map[string]any{"rope_parameters": map[string]any{"rope_type": "llama3"}}, `rope_type is "llama3"`},
		{"no layers", map[string]any{"num_hidden_layers": nil}, "num_hidden_layers is 0"},
		{"no vocabulary", map[string]any{"vocab_size": nil}, "vocab_size is 0"},
		{"no width", map[string]any{"hidden_size": nil}, "hidden_size is 0"},
		{"no inner width", map[string]any{"intermediate_size": nil}, "intermediate_size is 0"},
		{"no heads", map[string]any{"num_attention_heads": nil}, "num_attention_heads is 0"},
		{"no greatest position", map[string]any{"max_position_embeddings": nil}, "max_position_embeddings is 0"},
		{"no epsilon", map[string]any{"rms_norm_eps": nil}, "rms_norm_eps is 0"},
		{"heads that don't divide", map[string]any{"num_key_value_heads": 3}, "multiple of num_key_value_heads 3"},
		{"an odd head", map[string]any{"head_dim": 15}, "head_dim is 15"},
		{"theta below zero", map[string]any{"rope_theta": -1}, "rope_theta is -1"},
		{"an end that is no number", map[string]any{"eos_token_id": "</s>"}, "eos_token_id"},
		{"no end in the list", map[string]any{"eos_token_id": []int{}}, "eos_token_id"},
		{"a field of the wrong type", map[string]any{"hidden_size": "wide"}, "hidden_size"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readConfig(t, c.changes)
			wantError(t, err, "config.json", c.want)
		})
	}
	_, err := llama.ReadConfig(t.TempDir())
	wantError(t, err, "config.json")
}

func TestConfigJSONRoundTrip(t *testing.T) {
	for _, variant := range variants {
		raw, err := variant.config.JSON("bfloat16")
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		writeFile(t, filepath.Join(folder, "config.json"), string(raw))
		if got, err := llama.ReadConfig(folder); err != nil || got != variant.config {
			t.Errorf("%s: reads back as %+v, %v; want %+v", variant.name, got, err, variant.config)
		}
	}
}

// What other readers need to find: transformers 4 and vLLM take rope_theta from the top and otherwise 10000,
// transformers 5 from rope_parameters.
func TestConfigJSONFields(t *testing.T) {
	raw, err := changed(func(c *llama.Config) { c.RopeTheta = 1e5 }).JSON("float16")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	parameters, _ := got["rope_parameters"].(map[string]any)
	for name, pair := range map[string][2]any{
		"rope_theta": {got["rope_theta"], 1e5}, "rope_parameters.rope_theta": {parameters["rope_theta"], 1e5},
		"model_type": {got["model_type"], "llama"}, "hidden_act": {got["hidden_act"], "silu"},
		"torch_dtype": {got["torch_dtype"], "float16"}, "head_dim": {got["head_dim"], float64(tinymodel.Config().HeadDim)},
		"eos_token_id": {got["eos_token_id"], 2.0},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v; want %v", name, pair[0], pair[1])
		}
	}
}
