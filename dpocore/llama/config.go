package llama

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Config is a model's architecture, under the names of Hugging Face's config.json.
type Config struct {
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
	BOS              int     `json:"bos_token_id"`
	EOS              int     `json:"eos_token_id"`
	Pad              int     `json:"pad_token_id"`
}

// fileConfig is config.json as it stands in a folder: the fields of Config and those that decide whether it is a model
// that this package computes rightly.
type fileConfig struct {
	Config
	ModelType      string          `json:"model_type"`
	HiddenAct      string          `json:"hidden_act"`
	AttentionBias  bool            `json:"attention_bias"`
	MLPBias        bool            `json:"mlp_bias"`
	RopeScaling    json.RawMessage `json:"rope_scaling"`
	RopeParameters struct {
		Theta float64 `json:"rope_theta"`
		Type  string  `json:"rope_type"`
	} `json:"rope_parameters"`
	EOSAny json.RawMessage `json:"eos_token_id"` // a number, or a list of numbers
	PadAny *int            `json:"pad_token_id"`
}

// ReadConfig reads config.json of a model folder. Anything but a plain Llama is refused by name.
func ReadConfig(folder string) (Config, error) {
	path := filepath.Join(folder, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the model's configuration: %w", err)
	}
	var file fileConfig
	if err := json.Unmarshal(raw, &file); err != nil {
		return Config{}, fmt.Errorf("read %s: %w", path, err)
	}
	config, err := file.llama()
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}

func (f fileConfig) llama() (Config, error) {
	c := f.Config
	scaling := strings.TrimSpace(string(f.RopeScaling))
	switch {
	case f.ModelType != "llama":
		return c, fmt.Errorf("the model is of type %q; this program knows \"llama\" (SmolLM2, TinyLlama)", f.ModelType)
	case f.HiddenAct != "silu":
		return c, fmt.Errorf("hidden_act is %q; this program knows \"silu\"", f.HiddenAct)
	case f.AttentionBias || f.MLPBias:
		return c, fmt.Errorf("the model has biases (attention_bias or mlp_bias), which this program does not compute")
	case scaling != "" && scaling != "null":
		return c, fmt.Errorf("rope_scaling is %s, which this program does not compute", scaling)
	case f.RopeParameters.Type != "" && f.RopeParameters.Type != "default":
		return c, fmt.Errorf("rope_type is %q, which this program does not compute", f.RopeParameters.Type)
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = f.RopeParameters.Theta
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = 10000 // the default of transformers
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	eos, err := firstID(f.EOSAny)
	if err != nil {
		return c, fmt.Errorf("eos_token_id: %w", err)
	}
	c.EOS, c.Pad = eos, eos
	if f.PadAny != nil {
		c.Pad = *f.PadAny
	}
	return c, c.Validate()
}

func firstID(raw json.RawMessage) (int, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, nil
	}
	var one int
	if json.Unmarshal(raw, &one) == nil {
		return one, nil
	}
	var many []int
	if err := json.Unmarshal(raw, &many); err != nil || len(many) == 0 {
		return 0, fmt.Errorf("%s is neither a number nor a list of numbers", raw)
	}
	return many[0], nil
}

// Validate names the first field that no model can have.
func (c Config) Validate() error {
	for _, field := range []struct {
		name  string
		value int
	}{
		{"vocab_size", c.VocabSize}, {"hidden_size", c.HiddenSize}, {"intermediate_size", c.IntermediateSize},
		{"num_hidden_layers", c.Layers}, {"num_attention_heads", c.Heads}, {"num_key_value_heads", c.KVHeads},
		{"head_dim", c.HeadDim}, {"max_position_embeddings", c.MaxPositions},
	} {
		if field.value <= 0 {
			return fmt.Errorf("%s is %d; it must be at least 1", field.name, field.value)
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
	}
	return nil
}

// JSON is the config.json of a folder that holds this model in the given torch type, such as "float32". It names
// rope_theta at the top, where transformers 4 and vLLM look, and in rope_parameters, where transformers 5 does.
func (c Config) JSON(torchType string) ([]byte, error) {
	out := struct {
		Architectures []string `json:"architectures"`
		ModelType     string   `json:"model_type"`
		Config
		HiddenAct      string         `json:"hidden_act"`
		AttentionBias  bool           `json:"attention_bias"`
		MLPBias        bool           `json:"mlp_bias"`
		RopeParameters map[string]any `json:"rope_parameters"`
		RopeScaling    any            `json:"rope_scaling"`
		TorchDType     string         `json:"torch_dtype"`
		DType          string         `json:"dtype"`
		UseCache       bool           `json:"use_cache"`
	}{
		Architectures:  []string{"LlamaForCausalLM"},
		ModelType:      "llama",
		Config:         c,
		HiddenAct:      "silu",
		RopeParameters: map[string]any{"rope_theta": c.RopeTheta, "rope_type": "default"},
		TorchDType:     torchType,
		DType:          torchType,
		UseCache:       true,
	}
	return json.MarshalIndent(out, "", "  ")
}

// queries and keyValues are the widths of the attention projections' outputs.
func (c Config) queries() int   { return c.Heads * c.HeadDim }
func (c Config) keyValues() int { return c.KVHeads * c.HeadDim }
