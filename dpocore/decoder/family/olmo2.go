package family

import (
	"encoding/json"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
)

// OLMo2 (Team OLMo 2024, https://arxiv.org/abs/2501.00656) normalizes what attention and MLP add to the residual stream
// instead of what they read, and the queries and the keys of all heads together.
var OLMo2 = Family{
	ModelType:  "olmo2",
	Class:      "Olmo2ForCausalLM",
	Examples:   "OLMo 2",
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
		if fields.MLPBias {
			return fmt.Errorf("mlp_bias is true; models of type \"olmo2\" have no such bias")
		}
		fields.read(c)
		c.Block = olmo2Block{}
		return requireFullAttention(raw)
	},
	Fields: func(c decoder.Config) (any, error) {
		fields, err := llamaFieldsOf(c)
		return struct {
			AttentionBias bool `json:"attention_bias"`
		}{fields.AttentionBias}, err
	},
	GGUF: &GGUF{
		Architecture: "olmo2",
		Examples:     "OLMo 2",
		Names:        with(ggufHeadNorms, ggufNormsAfter),
		Configure:    withBlock(olmo2Block{}),
		Untied:       true,
		Unsupported:  append([]string{"rope_freqs.weight"}, noBiases...),
	},
}

// ggufNormsAfter are the names of norms after attention and MLP.
var ggufNormsAfter = map[string]string{
	afterAttention + ".weight": "post_attention_norm.weight",
	afterMLP + ".weight":       "post_ffw_norm.weight",
}

const (
	afterAttention = "post_attention_layernorm"
	afterMLP       = "post_feedforward_layernorm"
)

type olmo2Block struct{ decoder.PreNorm }

func (olmo2Block) Vectors(c decoder.Config, g decoder.Group) []decoder.Vector {
	switch g {
	case decoder.QKV:
		return []decoder.Vector{{Name: queryNorm, Size: c.QuerySize()}, {Name: keyNorm, Size: c.KeyValueSize()}}
	case decoder.AttentionOut:
		return []decoder.Vector{{Name: afterAttention, Size: c.HiddenSize}}
	case decoder.Down:
		return []decoder.Vector{{Name: afterMLP, Size: c.HiddenSize}}
	}
	return nil
}

func (olmo2Block) AttentionInput(_ decoder.Layer, x *Node) *Node { return x }

func (olmo2Block) Heads(l decoder.Layer, qkv *Node, r decoder.Rotation) decoder.Heads {
	h := l.Config.SplitHeads(qkv)
	norm := func(x *Node, name string) *Node {
		flat := Reshape(x, x.Shape().Dim(0), -1)
		return Reshape(decoder.RMSNorm(flat, l.Vector(name), l.Config.RMSNormEps), x.Shape().Dimensions...)
	}
	h.Q, h.K = r.Rotate(norm(h.Q, queryNorm)), r.Rotate(norm(h.K, keyNorm))
	return h.HeadsFirst()
}

func (olmo2Block) AttentionOutput(l decoder.Layer, x, projected *Node) *Node {
	return Add(x, decoder.RMSNorm(projected, l.Vector(afterAttention), l.Config.RMSNormEps))
}

func (olmo2Block) MLPInput(_ decoder.Layer, residual *Node) *Node { return residual }

func (olmo2Block) MLPOutput(l decoder.Layer, residual, projected *Node) *Node {
	return Add(residual, decoder.RMSNorm(projected, l.Vector(afterMLP), l.Config.RMSNormEps))
}
