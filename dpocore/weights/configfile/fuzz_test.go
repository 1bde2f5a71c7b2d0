package configfile

import "testing"

// FuzzConfig: a config.json from a stranger gives a configuration that the graphs can be laid out for, or an error.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"model_type": "llama", "vocab_size": 256, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
		"num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000, "max_position_embeddings": 1024, "hidden_act": "silu", "eos_token_id": [2, 3]}`))
	f.Add([]byte(`{"model_type": "qwen2", "rope_scaling": {"rope_type": "llama3", "factor": 8}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		config, err := parseConfig(raw)
		if err != nil {
			return
		}
		if err := config.Validate(); err != nil {
			t.Errorf("the configuration is accepted, but %v", err)
		}
		for _, s := range config.Slots() {
			for _, dim := range s.Dims {
				if dim <= 0 {
					t.Errorf("the tensors of %+v have the shape %v", config, s.Dims)
				}
			}
		}
	})
}
