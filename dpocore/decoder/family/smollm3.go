package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// SmolLM3 (Hugging Face 2025, https://huggingface.co/blog/smollm3): a Llama with layers, every fourth unless config.json
// names others, that have no rotary positions (Yang et al. 2025, https://arxiv.org/abs/2501.18795).
var SmolLM3 = Family{
	ModelType:  "smollm3",
	Class:      "SmolLM3ForCausalLM",
	Examples:   "SmolLM3",
	Activation: "silu",
	Settings:   smolLM3Fields{},
	Defaults:   decoder.Config{RopeTheta: 2000000, TiedEmbeddings: true},
	Read: func(raw []byte, c *decoder.Config) error {
		fields := smolLM3Fields{Interval: unrotatedInterval}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		if fields.Interval < 1 {
			return fmt.Errorf("no_rope_layer_interval is %d; it must be at least 1", fields.Interval)
		}
		if n := len(fields.Rotated); n > 0 && n < c.Layers {
			return fmt.Errorf("no_rope_layers has %d numbers; num_hidden_layers is %d", n, c.Layers)
		}
		fields.llamaFields.read(c)
		rotates := func(layer int) bool {
			if len(fields.Rotated) > 0 {
				return fields.Rotated[layer] != 0
			}
			return (layer+1)%fields.Interval != 0
		}
		return fields.someWindows.read(raw, c, func(layer int) bool { return !rotates(layer) }, rotates)
	},
	Fields: func(c decoder.Config) (any, error) {
		biases, err := llamaFieldsOf(c)
		fields := smolLM3Fields{llamaFields: biases, someWindows: windowsOf(c), Interval: unrotatedInterval}
		for layer := range c.Layers {
			rotated := 1
			if attentionOf(c, layer).Unrotated {
				rotated = 0
			}
			fields.Rotated = append(fields.Rotated, rotated)
		}
		return fields, err
	},
	GGUF: &GGUF{
		Architecture: "smollm3",
		Examples:     "SmolLM3",
		Names:        ggufNames,
		Restore:      restoreHeads,
		Configure: func(_ GGUFFile, c *decoder.Config) error {
			setAttention(c, func(layer int) decoder.Attention {
				return decoder.Attention{Unrotated: (layer+1)%unrotatedInterval == 0}
			})
			return nil
		},
		Unsupported: noBiases,
	},
}

// unrotatedInterval tells which layers have no rotary positions: the last of each four.
const unrotatedInterval = 4

type smolLM3Fields struct {
	llamaFields
	someWindows
	Rotated  []int `json:"no_rope_layers"` // 1 for a layer with rotary positions, 0 for one without
	Interval int   `json:"no_rope_layer_interval"`
}
