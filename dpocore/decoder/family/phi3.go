package family

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
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
		case rotary.Long:
			c.RopeScaling.OriginalMaxPositions = fields.Original // takes precedence over the one in rope_scaling
		default:
			return fmt.Errorf("rope_type is %q; in models of type \"phi3\" this program knows \"default\" and %q", c.RopeScaling.Type, rotary.Long)
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
	GGUF: &GGUF{
		Architecture: "phi3",
		Examples:     "Phi-3, Phi-4-mini",
		Names:        with(map[string]string{"self_attn.qkv_proj.weight": "attn_qkv.weight", "mlp.gate_up_proj.weight": "ffn_up.weight"}),
		Keys:         []string{"attention.sliding_window", "rope.scaling.original_context_length", "rope.scaling.attn_factor"},
		Configure:    configurePhi3,
		Write:        phi3Extras,
		Unsupported:  []string{"rope_freqs.weight", "blk.0.attn_q.weight", "blk.0.attn_qkv.bias", "blk.0.ffn_gate.weight"},
	},
}

// configurePhi3 reads the window, and longrope's factors, which are tensors.
func configurePhi3(file GGUFFile, c *decoder.Config) error {
	c.Block = phi3Block{}
	if window := file.Integer("attention.sliding_window"); window > 0 {
		setAttention(c, func(int) decoder.Attention { return decoder.Attention{Window: window} })
	}
	for name, list := range map[string]*[]float64{"rope_factors_short.weight": &c.RopeScaling.ShortFactor, "rope_factors_long.weight": &c.RopeScaling.LongFactor} {
		factors, err := file.Vector(name)
		if err != nil {
			return err
		}
		for _, factor := range factors {
			*list = append(*list, float64(factor))
		}
	}
	if len(c.RopeScaling.ShortFactor)+len(c.RopeScaling.LongFactor) > 0 {
		c.RopeScaling.Type, c.RopeScaling.AttentionFactor = rotary.Long, file.Real("rope.scaling.attn_factor")
		c.RopeScaling.OriginalMaxPositions = file.Integer("rope.scaling.original_context_length")
	}
	return nil
}

// phi3Extras are what configurePhi3 reads. A window of 0 is none, by which llama.cpp knows a Phi-4.
func phi3Extras(c decoder.Config) Extras {
	window := 0
	if w := windowOf(c); w != nil {
		window = *w
	}
	e := Extras{Keys: map[string]any{"attention.sliding_window": uint32(window)}}
	if s := c.RopeScaling; s.Type == rotary.Long {
		e.Keys["rope.scaling.original_context_length"] = uint32(s.OriginalMaxPositions)
		e.Keys["rope.scaling.attn_factor"] = float32(s.Amplitude(c.MaxPositions))
		e.Vectors = map[string][]float32{"rope_factors_short.weight": inFloat32(s.ShortFactor), "rope_factors_long.weight": inFloat32(s.LongFactor)}
	}
	return e
}

func inFloat32(values []float64) (rounded []float32) {
	for _, value := range values {
		rounded = append(rounded, float32(value))
	}
	return rounded
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
