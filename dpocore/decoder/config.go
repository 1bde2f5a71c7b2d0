package decoder

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/decoder/rotary"
)

// Config is a model's architecture. Field names in JSON are those of Hugging Face's config.json.
type Config struct {
	Family           string  `json:"model_type"` // its name in package family
	VocabSize        int     `json:"vocab_size"`
	HiddenSize       int     `json:"hidden_size"`
	IntermediateSize int     `json:"intermediate_size"`
	Layers           int     `json:"num_hidden_layers"`
	Heads            int     `json:"num_attention_heads"`
	KVHeads          int     `json:"num_key_value_heads"`
	HeadDim          int     `json:"head_dim"`
	RMSNormEps       float64 `json:"rms_norm_eps"`
	RopeTheta        float64 `json:"rope_theta"`
	MaxPositions     int     `json:"max_position_embeddings"`
	TiedEmbeddings   bool    `json:"tie_word_embeddings"`

	RopeScaling   rotary.Scaling `json:"-"` // stored in rope_parameters and rope_scaling
	Architecture  `json:"-"`
	SpecialTokens `json:"-"`
}

// Architecture describes how the layers of families differ, apart from their sizes.
type Architecture struct {
	QKVBias          bool // the projections to queries, keys and values add a bias
	AttentionOutBias bool
	MLPBias          bool // gate, up and down add a bias

	RotaryDim int // the values of a head that rotary positions rotate, from the first; 0 for all

	Attentions []Attention // the kinds of attention among the layers; nil for one, of all earlier tokens
	LayerKinds []int       // each layer's kind, an index of Attentions; nil if all have the first

	Block Block // what a layer computes between its matrix products; nil for PreNorm

	// Products is the precision of the products with quantized matrices; the zero value is float32. Other matrices are
	// stored in that of their products.
	Products dtypes.DType
}

// SpecialTokens are the ids of a model's special tokens.
type SpecialTokens struct {
	BOS int   // NoToken if the model has none
	EOS []int // tokens that end a text or a turn; may be empty
	Pad int   // NoToken if the model has none
}

// NoToken is the id of a special token that a model lacks.
const NoToken = -1

// Validate returns an error that names the first field with an impossible value.
func (c Config) Validate() error {
	if err := c.validateSizes(); err != nil {
		return err
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("num_attention_heads %d is not a multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim is %d; rotary positions need an even number", c.HeadDim)
	case c.RMSNormEps <= 0:
		return fmt.Errorf("rms_norm_eps is %g; it must be above 0", c.RMSNormEps)
	case c.RopeTheta <= 0:
		return fmt.Errorf("rope_theta is %g; it must be above 0", c.RopeTheta)
	}
	if err := c.validateAttention(); err != nil {
		return err
	}
	return c.RopeScaling.Validate(c.rotaryDim())
}

func (c Config) validateAttention() error {
	if dim := c.rotaryDim(); dim < 2 || dim%2 != 0 || dim > c.HeadDim {
		return fmt.Errorf("%d of a head's %d values are rotated; this must be an even number up to the head's", dim, c.HeadDim)
	}
	for _, kind := range c.Attentions {
		if kind.Window < 0 || kind.Theta < 0 {
			return fmt.Errorf("sliding_window is %d and its rope_theta %g; neither may be below 0", kind.Window, kind.Theta)
		}
	}
	if n := len(c.LayerKinds); n > 0 && n != c.Layers {
		return fmt.Errorf("%d layers have a kind of attention; num_hidden_layers is %d", n, c.Layers)
	}
	return nil
}

// validateSizes checks the integers. The maxima are far above any model's, and small enough that a product of two does
// not overflow.
func (c Config) validateSizes() error {
	for _, field := range []struct {
		name         string
		value, limit int
	}{
		{"vocab_size", c.VocabSize, 1 << 24}, {"hidden_size", c.HiddenSize, 1 << 20}, {"intermediate_size", c.IntermediateSize, 1 << 20},
		{"num_hidden_layers", c.Layers, 1 << 10}, {"num_attention_heads", c.Heads, 1 << 12}, {"num_key_value_heads", c.KVHeads, 1 << 12},
		{"head_dim", c.HeadDim, 1 << 12}, {"max_position_embeddings", c.MaxPositions, 1 << 30},
	} {
		switch {
		case field.value <= 0:
			return fmt.Errorf("%s is %d; it must be at least 1", field.name, field.value)
		case field.value > field.limit:
			return fmt.Errorf("%s is %d; it must be at most %d", field.name, field.value, field.limit)
		}
	}
	return nil
}

// QuerySize and KeyValueSize are the widths of the query projection and of the key and the value projection.
func (c Config) QuerySize() int    { return c.Heads * c.HeadDim }
func (c Config) KeyValueSize() int { return c.KVHeads * c.HeadDim }

// rotaryDim is how many values of a head are rotated.
func (c Config) rotaryDim() int {
	if c.RotaryDim == 0 {
		return c.HeadDim
	}
	return c.RotaryDim
}

// RotaryShare is how much of each head is rotated, partial_rotary_factor in config.json.
func (c Config) RotaryShare() float64 { return float64(c.rotaryDim()) / float64(c.HeadDim) }

// block is c.Block, or PreNorm if it is nil.
func (c Config) block() Block {
	if c.Block == nil {
		return PreNorm{}
	}
	return c.Block
}
