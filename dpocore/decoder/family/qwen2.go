package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Qwen2 (Qwen team 2024, https://arxiv.org/abs/2407.10671): a Llama with biases on queries, keys and values.
var Qwen2 = Family{
	ModelType:  "qwen2",
	Class:      "Qwen2ForCausalLM",
	GGUF:       qwen2GGUF,
	Examples:   "Qwen2, Qwen2.5",
	Activation: "silu",
	Settings:   someWindows{},
	Harmless:   []string{"attention_bias"}, // the biases are what they are
	Read: func(raw []byte, c *decoder.Config) error {
		var fields someWindows
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		c.QKVBias = true
		return fields.read(raw, c, fields.lastLayers(28), always)
	},
	Fields: func(c decoder.Config) (any, error) {
		if !c.QKVBias || c.AttentionOutBias || c.MLPBias {
			return nil, fmt.Errorf("a model of type \"qwen2\" has biases on q, k and v and nowhere else")
		}
		return windowsOf(c), nil
	},
}
