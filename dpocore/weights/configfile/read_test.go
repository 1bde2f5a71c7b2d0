package configfile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readConfig reads a config.json that is the smallest complete one with some fields set; a nil deletes the field.
func readConfig(t *testing.T, changes map[string]any) (decoder.Config, error) {
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
	return configfile.Read(folder)
}

// llama3Scaling are the figures of Llama 3.2.
var llama3Scaling = rotary.Scaling{Type: rotary.Llama3, Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}

func llama3Fields(typeField string) map[string]any {
	return map[string]any{typeField: "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
		"original_max_position_embeddings": 8192}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes map[string]any
		change  func(c *decoder.Config) // from the tiny model's
	}{
		{"unchanged", nil, func(*decoder.Config) {}},
		{"rope_theta at the top", map[string]any{"rope_theta": 5e5}, func(c *decoder.Config) { c.RopeTheta = 5e5 }},
		{"rope_theta in rope_parameters", map[string]any{"rope_parameters": map[string]any{"rope_theta": 1e5, "rope_type": "default"}},
			func(c *decoder.Config) { c.RopeTheta = 1e5 }},
		{"no rope_theta: the default of transformers", nil, func(c *decoder.Config) { c.RopeTheta = 10000 }},
		{"a list of ends", map[string]any{"eos_token_id": []int{7, 9}}, func(c *decoder.Config) { c.EOS = []int{7, 9} }},
		{"no end", map[string]any{"eos_token_id": nil}, func(c *decoder.Config) { c.EOS = nil }},
		{"no beginning", map[string]any{"bos_token_id": json.RawMessage("null")}, func(c *decoder.Config) { c.BOS = decoder.NoToken }},
		{"separate padding token", map[string]any{"pad_token_id": 0}, func(c *decoder.Config) { c.Pad = 0 }},
		{"padding of -1, which is none", map[string]any{"pad_token_id": -1}, func(*decoder.Config) {}},
		{"padding after the last id, which is none", map[string]any{"pad_token_id": 1 << 20}, func(*decoder.Config) {}},
		{"biases of attention", map[string]any{"attention_bias": true}, func(c *decoder.Config) { c.QKVBias, c.AttentionOutBias = true, true }},
		{"biases of the MLP", map[string]any{"mlp_bias": true}, func(c *decoder.Config) { c.MLPBias = true }},
		{"Qwen2", map[string]any{"model_type": "qwen2", "use_sliding_window": false, "sliding_window": 4096, "attention_bias": true},
			func(c *decoder.Config) { c.Family, c.QKVBias = "qwen2", true }}, // which has no attention_bias
		{"Qwen2 of transformers 5", map[string]any{"model_type": "qwen2", "layer_types": []string{"full_attention", "full_attention"}},
			func(c *decoder.Config) { c.Family, c.QKVBias = "qwen2", true }},
		{"Llama 3's scaling", map[string]any{"rope_scaling": llama3Fields("rope_type")}, func(c *decoder.Config) { c.RopeScaling = llama3Scaling }},
		{"Llama 3's scaling by the older name", map[string]any{"rope_scaling": llama3Fields("type")},
			func(c *decoder.Config) { c.RopeScaling = llama3Scaling }},
		{"Llama 3's scaling of transformers 5", map[string]any{"rope_parameters": llama3Fields("rope_type")},
			func(c *decoder.Config) { c.RopeScaling = llama3Scaling }},
		{"Llama 3's scaling twice", map[string]any{"rope_parameters": llama3Fields("rope_type"), "rope_scaling": llama3Fields("rope_type")},
			func(c *decoder.Config) { c.RopeScaling = llama3Scaling }},
		{"scaling of the default type", map[string]any{"rope_scaling": map[string]any{"rope_type": "default"}}, func(*decoder.Config) {}},
		{"explicit head_dim", map[string]any{"head_dim": 32}, func(c *decoder.Config) { c.HeadDim = 32 }},
		{"no key heads named: as many as heads", map[string]any{"num_key_value_heads": nil}, func(c *decoder.Config) { c.KVHeads = 4 }},
		{"a head apart", map[string]any{"tie_word_embeddings": false}, func(c *decoder.Config) { c.TiedEmbeddings = false }},
		{"null scaling", map[string]any{"rope_scaling": json.RawMessage("null")}, func(*decoder.Config) {}},
	} {
		got, err := readConfig(t, c.changes)
		want := tinymodel.Changed(func(config *decoder.Config) {
			config.Pad = decoder.NoToken
			c.change(config)
		})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes map[string]any
		want    string
	}{
		{"Mixtral", map[string]any{"model_type": "mixtral"}, `"mixtral"; this program knows "llama" (SmolLM2, TinyLlama, Llama 3)`},
		{"Gemma, whose fields have other forms", map[string]any{"model_type": "gemma3", "rope_scaling": 3}, `"gemma3"`},
		{"GPT-2, whose fields have other names", map[string]any{"model_type": "gpt2", "hidden_size": nil}, `"gpt2"`},
		{"no kind of model", map[string]any{"model_type": nil}, `type ""`},
		{"another activation", map[string]any{"hidden_act": "gelu"}, `hidden_act is "gelu"`},
		{"a layer with a window of no size", map[string]any{"model_type": "qwen2", "use_sliding_window": true, "layer_types": []string{"sliding_attention", "full_attention"}},
			`"sliding_attention" for layer 0`},
		{"a window in a Llama", map[string]any{"sliding_window": 512}, "sliding_window is 512"},
		{"soft caps", map[string]any{"attn_logit_softcapping": 50.0}, "attn_logit_softcapping is 50"},
		{"attention sinks", map[string]any{"model_type": "qwen3", "attention_sinks": true}, "attention_sinks is true"},
		{"experts", map[string]any{"num_local_experts": 8}, "num_local_experts is 8"},
		{"a multiplier of another family", map[string]any{"residual_multiplier": 0.22}, "residual_multiplier is 0.22"},
		{"a part of each head at the top", map[string]any{"partial_rotary_factor": 0.5}, "partial_rotary_factor is 0.5"},
		{"an unknown field of the positions", map[string]any{"rope_scaling": map[string]any{"type": "linear", "factor": 2, "mrope_section": []int{16}}}, "mrope_section is [16]"},
		{"both directions", map[string]any{"model_type": "gemma3_text", "hidden_act": nil, "use_bidirectional_attention": true}, "use_bidirectional_attention is true"},
		{"a correction range that transformers rounds all the same", map[string]any{"model_type": "gemma3_text", "hidden_act": nil, "rope_parameters": map[string]any{
			"full_attention": map[string]any{"rope_type": "yarn", "factor": 2, "original_max_position_embeddings": 256, "truncate": false}}}, "truncate of full_attention is false"},
		{"a layer with a window", map[string]any{"model_type": "qwen2", "layer_types": []string{"full_attention", "sliding_attention"}},
			`"sliding_attention" for layer 1`},
		{"chunks of attention", map[string]any{"model_type": "qwen2", "dual_chunk_attention_config": map[string]any{"chunk_size": 9}}, "dual_chunk_attention_config"},
		{"part of a head rotated", map[string]any{"partial_rotary_factor": 0.5}, "partial_rotary_factor is 0.5"},
		{"quantized weights", map[string]any{"quantization_config": map[string]any{"quant_method": "awq"}}, `"awq"`},
		{"eight bits of bitsandbytes", map[string]any{"quantization_config": map[string]any{"quant_method": "bitsandbytes", "load_in_8bit": true}}, "with --quantize q8_0"},
		{"fp4 of bitsandbytes", map[string]any{"quantization_config": map[string]any{"load_in_4bit": true}}, "to fp4 (bnb_4bit_quant_type is \"\")"},
		{"no bits of bitsandbytes", map[string]any{"quantization_config": map[string]any{"quant_method": "bitsandbytes"}}, "use the model that they were made from"},
		{"scaling of an unknown kind", map[string]any{"rope_scaling": map[string]any{"type": "dynamic", "factor": 2}}, `rope_type in rope_scaling is "dynamic"`},
		{"yarn without a factor", map[string]any{"rope_parameters": map[string]any{"rope_type": "yarn"}}, "the factor of RoPE scaling is 0"},
		{"scaling without its figures", map[string]any{"rope_parameters": map[string]any{"rope_type": "llama3"}}, "has no factor"},
		{"scaling without one of them", map[string]any{"rope_scaling": map[string]any{"rope_type": "llama3", "factor": 8, "low_freq_factor": 1,
			"high_freq_factor": 4}}, "original_max_position_embeddings"},
		{"scaling that bends the wrong way", map[string]any{"rope_scaling": map[string]any{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4,
			"high_freq_factor": 1, "original_max_position_embeddings": 8192}}, "high_freq_factor"},
		{"two scalings", map[string]any{"rope_parameters": map[string]any{"rope_type": "default"}, "rope_scaling": llama3Fields("type")},
			"rope_scaling and rope_parameters"},
		{"two thetas", map[string]any{"rope_theta": 1e4, "rope_parameters": map[string]any{"rope_theta": 1e5}}, "rope_theta is 10000 in one place and 100000"},
		{"a part of each head", map[string]any{"rope_parameters": map[string]any{"partial_rotary_factor": 0.5}}, "partial_rotary_factor"},
		{"no layers", map[string]any{"num_hidden_layers": nil}, "num_hidden_layers is 0"},
		{"no vocabulary", map[string]any{"vocab_size": nil}, "vocab_size is 0"},
		{"no width", map[string]any{"hidden_size": nil}, "hidden_size is 0"},
		{"no inner width", map[string]any{"intermediate_size": nil}, "intermediate_size is 0"},
		{"no heads", map[string]any{"num_attention_heads": nil}, "num_attention_heads is 0"},
		{"no maximum position", map[string]any{"max_position_embeddings": nil}, "max_position_embeddings is 0"},
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
			errtest.Contains(t, err, "config.json", c.want)
		})
	}
	_, err := configfile.Read(t.TempDir())
	errtest.Contains(t, err, "config.json")
}

func TestJSONRoundTrip(t *testing.T) {
	for _, variant := range tinymodel.Variants() {
		raw, err := configfile.JSON(variant.Config, "bfloat16")
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		writeFile(t, filepath.Join(folder, "config.json"), string(raw))
		if got, err := configfile.Read(folder); err != nil || !reflect.DeepEqual(got, variant.Config) {
			t.Errorf("%s: reads back as %+v, %v; want %+v", variant.Name, got, err, variant.Config)
		}
	}
}

// What other readers need to find: transformers 4 and vLLM take rope_theta from the top and otherwise 10000,
// transformers 5 from rope_parameters.
func TestJSONFields(t *testing.T) {
	raw, err := configfile.JSON(tinymodel.Changed(func(c *decoder.Config) { c.RopeTheta = 1e5 }), "float16")
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

// What only some families have: a token that a model lacks is left out, never written as 0.
func TestJSONOfFamilies(t *testing.T) {
	fields := func(config decoder.Config) (got map[string]any) {
		t.Helper()
		raw, err := configfile.JSON(config, "bfloat16")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	qwen := fields(tinymodel.Qwen2())
	if qwen["model_type"] != "qwen2" || !reflect.DeepEqual(qwen["architectures"], []any{"Qwen2ForCausalLM"}) || qwen["use_sliding_window"] != false {
		t.Errorf("Qwen2 is written as %v", qwen)
	}
	if bos, ok := qwen["bos_token_id"]; !ok || bos != nil {
		t.Errorf("Qwen2's bos_token_id is written as %v; want null", bos)
	}
	for _, absent := range []string{"attention_bias", "mlp_bias"} {
		if value, ok := qwen[absent]; ok {
			t.Errorf("Qwen2's %s is written as %v", absent, value)
		}
	}
	llama3 := fields(tinymodel.Llama3())
	scaling := map[string]any{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 8.0,
		"original_max_position_embeddings": 600.0}
	if !reflect.DeepEqual(llama3["rope_scaling"], scaling) {
		t.Errorf("rope_scaling is %v, want %v", llama3["rope_scaling"], scaling)
	}
	scaling["rope_theta"] = 10000.0
	if !reflect.DeepEqual(llama3["rope_parameters"], scaling) {
		t.Errorf("rope_parameters is %v, want %v", llama3["rope_parameters"], scaling)
	}
	if padding, ok := llama3["pad_token_id"]; !ok || padding != nil || !reflect.DeepEqual(llama3["eos_token_id"], []any{2.0, 3.0}) {
		t.Errorf("padding %v and ends %v, want null and [2 3]", llama3["pad_token_id"], llama3["eos_token_id"])
	}
	biased := fields(tinymodel.Biased())
	if biased["attention_bias"] != true || biased["mlp_bias"] != true || biased["tie_word_embeddings"] != false {
		t.Errorf("biases are written as %v and %v", biased["attention_bias"], biased["mlp_bias"])
	}
}
