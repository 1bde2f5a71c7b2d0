package llama

import "fmt"

// Config is a model's architecture, under the names of Hugging Face's config.json.
type Config struct {
	Family           Family  `json:"model_type"`
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

	RopeScaling   RopeScaling `json:"-"` // in rope_parameters and rope_scaling
	AttentionBias bool        `json:"-"` // of q, k, v and o, for FamilyLlama
	MLPBias       bool        `json:"-"` // of gate, up and down, for FamilyLlama

	BOS int   `json:"-"` // NoToken where the model names none
	EOS []int `json:"-"` // the tokens that end a text or a turn, perhaps none
	Pad int   `json:"-"` // NoToken where the model names none
}

// NoToken stands for a token that a model does not have.
const NoToken = -1

// Validate names the first field that no model can have.
func (c Config) Validate() error {
	if err := c.Family.check(); err != nil {
		return err
	}
	for _, field := range []struct {
		name        string
		value, most int // far above any model's, so that a product of two fits
	}{
		{"vocab_size", c.VocabSize, 1 << 24}, {"hidden_size", c.HiddenSize, 1 << 20}, {"intermediate_size", c.IntermediateSize, 1 << 20},
		{"num_hidden_layers", c.Layers, 1 << 10}, {"num_attention_heads", c.Heads, 1 << 12}, {"num_key_value_heads", c.KVHeads, 1 << 12},
		{"head_dim", c.HeadDim, 1 << 12}, {"max_position_embeddings", c.MaxPositions, 1 << 30},
	} {
		switch {
		case field.value <= 0:
			return fmt.Errorf("%s is %d; it must be at least 1", field.name, field.value)
		case field.value > field.most:
			return fmt.Errorf("%s is %d; it can be %d at most", field.name, field.value, field.most)
		}
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("num_attention_heads %d is not a multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim is %d; rotary positions need an even one", c.HeadDim)
	case c.RMSNormEps <= 0:
		return fmt.Errorf("rms_norm_eps is %g; it must be above 0", c.RMSNormEps)
	case c.RopeTheta <= 0:
		return fmt.Errorf("rope_theta is %g; it must be above 0", c.RopeTheta)
	case c.Family == FamilyQwen2 && (c.AttentionBias || c.MLPBias):
		return fmt.Errorf("a model of type %q has biases on q, k and v and nowhere else", FamilyQwen2)
	}
	return c.RopeScaling.Validate()
}

// queries and keyValues are the widths of the attention projections' outputs.
func (c Config) queries() int   { return c.Heads * c.HeadDim }
func (c Config) keyValues() int { return c.KVHeads * c.HeadDim }
