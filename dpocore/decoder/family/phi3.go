package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Phi3 (Microsoft 2024, https://arxiv.org/abs/2404.14219): a Llama that stores queries, keys and values, and gate and up, as
// one matrix each, rotates a part of each head, and slows rotary positions down with longrope.
var Phi3 = Family{
	ModelType:     "phi3",
	Class:         "Phi3ForCausalLM",
	Examples:      "Phi-3, Phi-3.5, Phi-4-mini",
	Activation:    "silu",
	Settings:      phi3Fields{},
	PartialRotary: true,
	Defaults:      decoder.Config{RMSNormEps: 1e-5},
	Read: func(raw []byte, c *decoder.Config) error {
		fields := phi3Fields{Original: 4096}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		switch c.RopeScaling.Type {
		case "":
		case decoder.LongRope:
			c.RopeScaling.OriginalMaxPositions = fields.Original // takes precedence over the one in rope_scaling
		default:
			return fmt.Errorf("rope_type is %q; in models of type \"phi3\" this program knows \"default\" and %q", c.RopeScaling.Type, decoder.LongRope)
		}
		c.Block = phi3Block{}
		return everyWindow(c, fields.Window)
	},
	Fields: func(c decoder.Config) (any, error) {
		if c.QKVBias || c.AttentionOutBias || c.MLPBias {
			return nil, fmt.Errorf("a model of type \"phi3\" has no biases")
		}
		fields := phi3Fields{mistralFields{windowOf(c)}, c.RotaryShare(), c.MaxPositions}
		if c.RopeScaling.Type != "" {
			fields.Original = c.RopeScaling.OriginalMaxPositions
		}
		return fields, nil
	},
}

type phi3Fields struct {
	mistralFields
	Partial  float64 `json:"partial_rotary_factor"`
	Original int     `json:"original_max_position_embeddings"`
}

type phi3Block struct{ decoder.PreNorm }

func (b phi3Block) Projections(c decoder.Config, g decoder.Group) []decoder.Projection {
	switch g {
	case decoder.QKV:
		return []decoder.Projection{{Name: "self_attn.qkv_proj", Out: c.QuerySize() + 2*c.KeyValueSize()}}
	case decoder.GateUp:
		return []decoder.Projection{{Name: "mlp.gate_up_proj", Out: 2 * c.IntermediateSize}}
	}
	return b.PreNorm.Projections(c, g)
}
