package family

import (
	"encoding/json"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
)

// Qwen3 (Qwen team 2025, https://arxiv.org/abs/2505.09388): a Llama that normalizes each query and key head before it is
// rotated.
var Qwen3 = Family{
	ModelType:  "qwen3",
	Class:      "Qwen3ForCausalLM",
	GGUF:       qwen3GGUF,
	Examples:   "Qwen3",
	Activation: "silu",
	Settings:   qwen3Fields{},
	Defaults:   decoder.Config{HeadDim: 128},
	Read: func(raw []byte, c *decoder.Config) error {
		var fields qwen3Fields
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		c.QKVBias, c.AttentionOutBias = fields.AttentionBias, fields.AttentionBias
		c.Block = normedHeads{}
		return fields.read(raw, c, fields.lastLayers(28), always)
	},
	Fields: func(c decoder.Config) (any, error) {
		if c.QKVBias != c.AttentionOutBias || c.MLPBias {
			return nil, fmt.Errorf("a model of type \"qwen3\" has biases on all attention projections or on none, and nowhere else")
		}
		return qwen3Fields{c.QKVBias, windowsOf(c)}, nil
	},
}

type qwen3Fields struct {
	AttentionBias bool `json:"attention_bias"`
	someWindows
}

const (
	queryNorm = "self_attn.q_norm"
	keyNorm   = "self_attn.k_norm"
)

// normedHeads is a block with a root-mean-square norm over each query and each key head.
type normedHeads struct{ decoder.PreNorm }

func (b normedHeads) Vectors(c decoder.Config, g decoder.Group) []decoder.Vector {
	list := b.PreNorm.Vectors(c, g)
	if g == decoder.QKV {
		list = append(list, decoder.Vector{Name: queryNorm, Size: c.HeadDim}, decoder.Vector{Name: keyNorm, Size: c.HeadDim})
	}
	return list
}

func (normedHeads) Heads(l decoder.Layer, qkv *Node, r decoder.Rotation) decoder.Heads {
	h := l.Config.SplitHeads(qkv)
	norm := func(x *Node, name string) *Node { return decoder.RMSNorm(x, l.Vector(name), l.Config.RMSNormEps) }
	h.Q, h.K = r.Rotate(norm(h.Q, queryNorm)), r.Rotate(norm(h.K, keyNorm))
	return h.HeadsFirst()
}
