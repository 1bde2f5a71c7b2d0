package family

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Gemma3 (Gemma team 2025, https://arxiv.org/abs/2503.19786), text only: most layers have a sliding window and rotary
// positions of another base, norms before and after attention and MLP multiply by 1 + weight, and query and key
// heads are normalized.
var Gemma3 = Family{
	ModelType:   "gemma3_text",
	Class:       "Gemma3ForCausalLM",
	Examples:    "Gemma 3 270M and 1B",
	Activation:  geluTanh,
	Settings:    gemma3Fields{},
	RopePerKind: true,
	Harmless:    []string{"_sliding_window_pattern"}, // what layer_types was made from
	Defaults:    decoder.Config{HeadDim: 256, RopeTheta: 1000000, TiedEmbeddings: true, RMSNormEps: 1e-6},
	Read: func(raw []byte, c *decoder.Config) error {
		fields := gemma3Fields{Activation: geluTanh, QueryScalar: 256, Window: 4096, Pattern: gemma3Pattern}
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		local, err := fields.localTheta()
		switch {
		case err != nil:
			return err
		case fields.Rope.Full.Truncate != nil && !*fields.Rope.Full.Truncate:
			return errors.New("truncate of full_attention is false, which transformers does not read there; remove it")
		case fields.Activation != geluTanh:
			return fmt.Errorf("hidden_activation is %q; this program knows %q", fields.Activation, geluTanh)
		case fields.Window < 1 || fields.Pattern < 1 || !(fields.QueryScalar > 0):
			return fmt.Errorf("sliding_window is %d, sliding_window_pattern %d and query_pre_attn_scalar %g; all must be above 0", fields.Window, fields.Pattern, fields.QueryScalar)
		}
		types, err := readLayerTypes(raw, c.Layers)
		if err != nil {
			return err
		}
		c.QKVBias, c.AttentionOutBias = fields.AttentionBias, fields.AttentionBias
		c.Block = gemma3Block{queryScalar: fields.QueryScalar}
		setAttention(c, func(layer int) decoder.Attention {
			slides := (layer+1)%fields.Pattern != 0
			if types != nil {
				slides = types[layer] == slidingAttention
			}
			if slides {
				return decoder.Attention{Window: fields.Window, Theta: local}
			}
			return decoder.Attention{}
		})
		return nil
	},
	Fields: func(c decoder.Config) (any, error) {
		fields := gemma3Fields{AttentionBias: c.QKVBias, Activation: geluTanh, QueryScalar: c.Block.(gemma3Block).queryScalar,
			Window: 4096, LayerTypes: layerTypesOf(c)}
		for _, kind := range c.Attentions {
			if kind.Window > 0 {
				fields.Window, fields.LocalTheta = kind.Window, kind.Theta
			}
		}
		return fields, nil
	},
	GGUF: &GGUF{
		Architecture: "gemma3",
		Examples:     "Gemma 3",
		Names:        with(ggufHeadNorms, ggufNormsAfter, map[string]string{beforeMLP + ".weight": "ffn_norm.weight"}),
		Keys:         []string{"attention.sliding_window", "rope.freq_base_swa"},
		Configure:    configureGemma3,
		Restore: func(name string, values []float32, shape []int, _ decoder.Config) []float32 {
			if len(shape) == 1 { // a norm, stored with the 1 added
				values = slices.Clone(values)
				for i := range values {
					values[i]--
				}
			}
			return values
		},
		Write: func(c decoder.Config) Extras {
			keys := map[string]any{}
			for _, kind := range c.Attentions {
				if kind.Window > 0 {
					keys["attention.sliding_window"], keys["rope.freq_base_swa"] = uint32(kind.Window), float32(kind.Theta)
				}
			}
			return Extras{Keys: keys}
		},
		Store: func(values []float32) []float32 {
			stored := make([]float32, len(values))
			for i, value := range values {
				stored[i] = value + 1
			}
			return stored
		},
		Unsupported: append([]string{"rope_freqs.weight"}, noBiases...),
	},
}

// configureGemma3 sets what is the same in all files of the family, as in llama.cpp: every sixth layer has no window, and
// scores are scaled by the head's size, or in the 27B model, the one of 62 layers, by the hidden size over the heads.
func configureGemma3(file GGUFFile, c *decoder.Config) error {
	scalar := c.HeadDim
	if c.Layers == 62 {
		scalar = c.HiddenSize / c.Heads
	}
	window, theta := file.Integer("attention.sliding_window"), file.Real("rope.freq_base_swa")
	if window < 1 {
		return fmt.Errorf("gemma3.attention.sliding_window is %d; it must be at least 1", window)
	}
	if theta == 0 {
		theta = gemma3LocalTheta
	}
	c.Block = gemma3Block{queryScalar: float64(scalar)}
	setAttention(c, func(layer int) decoder.Attention {
		if (layer+1)%gemma3Pattern == 0 {
			return decoder.Attention{}
		}
		return decoder.Attention{Window: window, Theta: theta}
	})
	return nil
}

// What Gemma 3's layers have unless config.json says otherwise: each sixth has no window, and the base of the rotary
// positions of the others.
const (
	gemma3Pattern    = 6
	gemma3LocalTheta = 10000
)

const geluTanh = "gelu_pytorch_tanh"

type gemma3Fields struct {
	AttentionBias bool     `json:"attention_bias"`
	Activation    string   `json:"hidden_activation"`
	QueryScalar   float64  `json:"query_pre_attn_scalar"` // scores are multiplied by 1/√ of it
	Window        int      `json:"sliding_window"`
	Pattern       int      `json:"sliding_window_pattern,omitempty"` // the last of this many layers has no window
	LayerTypes    []string `json:"layer_types"`
	LocalTheta    float64  `json:"rope_local_base_freq,omitempty"` // of layers with a window

	Rope struct {
		Full struct {
			Truncate *bool `json:"truncate"`
		} `json:"full_attention,omitzero"`
		Sliding *struct {
			Theta float64 `json:"rope_theta"`
			Type  string  `json:"rope_type"`
		} `json:"sliding_attention"`
	} `json:"rope_parameters,omitzero"`
}

// localTheta is the base of the rotary positions of layers with a window.
func (f gemma3Fields) localTheta() (float64, error) {
	theta := f.LocalTheta
	if s := f.Rope.Sliding; s != nil {
		switch {
		case s.Type != "" && s.Type != "default":
			return 0, fmt.Errorf("rope_type of sliding_attention is %q; this program knows \"default\"", s.Type)
		case theta != 0 && s.Theta != 0 && theta != s.Theta:
			return 0, fmt.Errorf("rope_local_base_freq is %g and rope_theta of sliding_attention %g; remove one of them", theta, s.Theta)
		case s.Theta != 0:
			theta = s.Theta
		}
	}
	if theta == 0 {
		theta = gemma3LocalTheta
	}
	return theta, nil
}

type gemma3Block struct {
	decoder.PreNorm
	queryScalar float64
}

const (
	beforeAttention = "input_layernorm"
	beforeMLP       = "pre_feedforward_layernorm"
)

func (gemma3Block) Vectors(c decoder.Config, g decoder.Group) []decoder.Vector {
	switch g {
	case decoder.QKV:
		return []decoder.Vector{{Name: beforeAttention, Size: c.HiddenSize}, {Name: queryNorm, Size: c.HeadDim}, {Name: keyNorm, Size: c.HeadDim}}
	case decoder.AttentionOut:
		return []decoder.Vector{{Name: afterAttention, Size: c.HiddenSize}}
	case decoder.GateUp:
		return []decoder.Vector{{Name: beforeMLP, Size: c.HiddenSize}}
	default:
		return []decoder.Vector{{Name: afterMLP, Size: c.HiddenSize}}
	}
}

// offsetNorm multiplies by 1 + weight.
func offsetNorm(l decoder.Layer, x *Node, name string) *Node {
	return decoder.RMSNorm(x, OnePlus(l.Vector(name)), l.Config.RMSNormEps)
}

func (b gemma3Block) Embed(c decoder.Config, embedding product.Vocabulary, tokens *Node) *Node {
	return MulScalar(b.PreNorm.Embed(c, embedding, tokens), math.Sqrt(float64(c.HiddenSize)))
}

func (gemma3Block) AttentionInput(l decoder.Layer, x *Node) *Node {
	return offsetNorm(l, x, beforeAttention)
}

func (b gemma3Block) Heads(l decoder.Layer, qkv *Node, r decoder.Rotation) decoder.Heads {
	h := l.Config.SplitHeads(qkv)
	h.Q, h.K = r.Rotate(offsetNorm(l, h.Q, queryNorm)), r.Rotate(offsetNorm(l, h.K, keyNorm))
	h.Q = scaleScores(h.Q, 1/math.Sqrt(b.queryScalar))
	return h.HeadsFirst()
}

func (gemma3Block) AttentionOutput(l decoder.Layer, x, projected *Node) *Node {
	return Add(x, offsetNorm(l, projected, afterAttention))
}

func (gemma3Block) MLPInput(l decoder.Layer, residual *Node) *Node {
	return offsetNorm(l, residual, beforeMLP)
}

// Activate is GELU(gate)·up, with GELU approximated by tanh (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415).
func (gemma3Block) Activate(l decoder.Layer, gateUp *Node) *Node {
	gate, up := l.Config.SplitGateUp(gateUp)
	inner := MulScalar(Add(gate, MulScalar(Mul(gate, Square(gate)), 0.044715)), math.Sqrt(2/math.Pi))
	return Mul(MulScalar(Mul(gate, OnePlus(Tanh(inner))), 0.5), up)
}

func (gemma3Block) MLPOutput(l decoder.Layer, residual, projected *Node) *Node {
	return Add(residual, offsetNorm(l, projected, afterMLP))
}

func (gemma3Block) FinalNorm(c decoder.Config, x, weight *Node) *Node {
	return decoder.RMSNorm(x, OnePlus(weight), c.RMSNormEps)
}
