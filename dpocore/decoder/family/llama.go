package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Llama (Touvron et al. 2023, https://arxiv.org/abs/2302.13971). Its config.json can switch on biases of all attention
// projections and of all MLP projections.
var Llama = Family{
	ModelType:  "llama",
	Class:      "LlamaForCausalLM",
	Examples:   "SmolLM2, TinyLlama, Llama 3",
	Activation: "silu",
	Settings: struct {
		llamaFields
		layerTypes
	}{},
	Read: func(raw []byte, c *decoder.Config) error {
		var fields llamaFields
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		fields.read(c)
		return requireFullAttention(raw)
	},
	Fields: func(c decoder.Config) (any, error) { return llamaFieldsOf(c) },
	GGUF: &GGUF{
		Architecture: "llama",
		Examples:     "SmolLM2, Llama 3, Mistral",
		Names:        ggufNames,
		Restore:      restoreHeads,
		Unsupported:  noBiases,
	},
}

// llamaFields are also those of other families with the same biases.
type llamaFields struct {
	AttentionBias bool `json:"attention_bias"`
	MLPBias       bool `json:"mlp_bias"`
}

func (fields llamaFields) read(c *decoder.Config) {
	c.QKVBias, c.AttentionOutBias, c.MLPBias = fields.AttentionBias, fields.AttentionBias, fields.MLPBias
}

func llamaFieldsOf(c decoder.Config) (llamaFields, error) {
	if c.QKVBias != c.AttentionOutBias {
		return llamaFields{}, fmt.Errorf("a model of type %q has biases on all attention projections or on none", c.Family)
	}
	return llamaFields{c.QKVBias, c.MLPBias}, nil
}

// unpermute restores Hugging Face's order of the rows of q and k. llama.cpp interleaves the two halves of a head's rows,
// because the original Llama rotates neighbours; Hugging Face's order is for rotating halves, as
// [decoder.Rotation.Rotate] does. [heads, headDim/2, 2, in] becomes [heads, 2, headDim/2, in].
func unpermute(values []float32, shape []int, heads int) []float32 {
	out := make([]float32, len(values))
	in := shape[1]
	half := shape[0] / heads / 2
	for head := range heads {
		for i := range half {
			for side := range 2 {
				from := ((head*half+i)*2 + side) * in
				to := ((head*2+side)*half + i) * in
				copy(out[to:to+in], values[from:from+in])
			}
		}
	}
	return out
}
