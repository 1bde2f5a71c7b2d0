package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Mistral (Jiang et al. 2023, https://arxiv.org/abs/2310.06825): a Llama whose layers may have a sliding window.
var Mistral = Family{
	ModelType:  "mistral",
	Class:      "MistralForCausalLM",
	Examples:   "Mistral 7B, Mistral NeMo",
	Activation: "silu",
	Settings:   mistralFields{},
	Read: func(raw []byte, c *decoder.Config) error {
		window := 4096 // where the file has no such field
		fields := mistralFields{Window: &window}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		return everyWindow(c, fields.Window)
	},
	Fields: func(c decoder.Config) (any, error) {
		if c.QKVBias || c.AttentionOutBias || c.MLPBias {
			return nil, fmt.Errorf("a model of type \"mistral\" has no biases")
		}
		return mistralFields{windowOf(c)}, nil
	},
	GGUF: Llama.GGUF, // which have no place for a window
}

type mistralFields struct {
	Window *int `json:"sliding_window"` // null for none
}

// everyWindow gives all layers the same window, or none.
func everyWindow(c *decoder.Config, window *int) error {
	if window == nil {
		return nil
	}
	if *window < 1 {
		return fmt.Errorf("sliding_window is %d; it must be at least 1, or null", *window)
	}
	setAttention(c, func(int) decoder.Attention { return decoder.Attention{Window: *window} })
	return nil
}
