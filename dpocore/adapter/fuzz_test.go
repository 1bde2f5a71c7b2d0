package adapter

import "testing"

// FuzzConfig: any adapter_config.json gives either usable settings or an error.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 16, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"], "use_rslora": true}`))
	f.Add([]byte(`{"peft_type": "LORA", "r": 8, "lora_alpha": 8, "target_modules": "all-linear", "bias": "none", "use_dora": false}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		lora, err := parseConfig(raw)
		if err != nil {
			return
		}
		if scale := lora.ScaleOf("q_proj"); lora.Rank < 1 || scale != scale || len(lora.Modules) == 0 {
			t.Errorf("%+v is accepted", lora)
		}
	})
}
