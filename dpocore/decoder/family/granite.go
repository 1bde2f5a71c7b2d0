package family

import (
	"encoding/json"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Granite (IBM 2024, https://github.com/ibm-granite/granite-3.0-language-models): a Llama that multiplies its embeddings,
// attention scores and residual additions, and divides its logits.
var Granite = Family{
	ModelType:  "granite",
	Class:      "GraniteForCausalLM",
	Examples:   "Granite 3",
	Activation: "silu",
	Settings:   graniteFields{},
	Read: func(raw []byte, c *decoder.Config) error {
		fields := graniteFields{multipliers: multipliers{1, 1, 1, 1}}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		if err := fields.multipliers.check(); err != nil {
			return err
		}
		fields.llamaFields.read(c)
		c.Block = graniteBlock{multipliers: fields.multipliers}
		return requireFullAttention(raw)
	},
	Fields: func(c decoder.Config) (any, error) {
		biases, err := llamaFieldsOf(c)
		return graniteFields{biases, c.Block.(graniteBlock).multipliers}, err
	},
	GGUF: &GGUF{
		Architecture: "granite",
		Examples:     "Granite 3",
		Names:        ggufNames,
		Restore:      restoreHeads,
		Keys:         []string{"embedding_scale", "residual_scale", "attention.scale", "logit_scale"},
		Configure: func(file GGUFFile, c *decoder.Config) error {
			m := multipliers{file.Real("embedding_scale"), file.Real("residual_scale"), file.Real("attention.scale"), file.Real("logit_scale")}
			c.Block = graniteBlock{multipliers: m}
			return m.check()
		},
		Write: func(c decoder.Config) Extras {
			m := c.Block.(graniteBlock).multipliers
			return Extras{Keys: map[string]any{"embedding_scale": float32(m.Embedding), "residual_scale": float32(m.Residual),
				"attention.scale": float32(m.Attention), "logit_scale": float32(m.Logits)}}
		},
		Unsupported: append([]string{"rope_freqs.weight"}, noBiases...),
	},
}

type graniteFields struct {
	llamaFields
	multipliers
}

type multipliers struct {
	Embedding float64 `json:"embedding_multiplier"`
	Residual  float64 `json:"residual_multiplier"`
	Attention float64 `json:"attention_multiplier"` // of scores, in place of 1/√headDim
	Logits    float64 `json:"logits_scaling"`       // a divisor
}

// check names a multiplier that is not above 0.
func (m multipliers) check() error {
	for name, value := range map[string]float64{"embedding_multiplier": m.Embedding, "residual_multiplier": m.Residual,
		"attention_multiplier": m.Attention, "logits_scaling": m.Logits} {
		if !(value > 0) {
			return fmt.Errorf("%s is %g; it must be above 0", name, value)
		}
	}
	return nil
}

type graniteBlock struct {
	decoder.PreNorm
	multipliers
}

func (b graniteBlock) Embed(c decoder.Config, embedding product.Vocabulary, tokens *Node) *Node {
	return MulScalar(b.PreNorm.Embed(c, embedding, tokens), b.Embedding)
}

func (b graniteBlock) Heads(l decoder.Layer, qkv *Node, r decoder.Rotation) decoder.Heads {
	h := b.PreNorm.Heads(l, qkv, r)
	h.Q = scaleScores(h.Q, b.Attention)
	return h
}

// scaleScores changes queries so that attention scores are scale·q·k. Attention itself scales them by 1/√headDim.
func scaleScores(q *Node, scale float64) *Node {
	factor := scale * math.Sqrt(float64(q.Shape().Dim(-1)))
	if factor == 1 {
		return q
	}
	return MulScalar(q, factor)
}

func (b graniteBlock) AttentionOutput(_ decoder.Layer, x, projected *Node) *Node {
	return Add(x, MulScalar(projected, b.Residual))
}

func (b graniteBlock) MLPOutput(_ decoder.Layer, residual, projected *Node) *Node {
	return Add(residual, MulScalar(projected, b.Residual))
}

// FinalNorm divides here what the vocabulary matrix multiplies.
func (b graniteBlock) FinalNorm(c decoder.Config, x, weight *Node) *Node {
	return MulScalar(b.PreNorm.FinalNorm(c, x, weight), 1/b.Logits)
}
