package llama

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// fileConfig is config.json as it stands in a folder: the fields of Config and those that decide whether it is a model
// that this package computes rightly.
type fileConfig struct {
	Config
	HiddenAct         string          `json:"hidden_act"`
	AttentionBias     bool            `json:"attention_bias"`
	MLPBias           bool            `json:"mlp_bias"`
	RopeScalingObject *ropeFields     `json:"rope_scaling"`
	RopeParameters    *ropeFields     `json:"rope_parameters"`
	UseSlidingWindow  bool            `json:"use_sliding_window"`
	LayerTypes        []string        `json:"layer_types"`
	DualChunk         json.RawMessage `json:"dual_chunk_attention_config"`
	Quantization      json.RawMessage `json:"quantization_config"`
	BOS               *int            `json:"bos_token_id"`
	EOS               json.RawMessage `json:"eos_token_id"` // a number, or a list of numbers
	Pad               *int            `json:"pad_token_id"`
}

// ReadConfig reads config.json of a model folder. What this package does not compute is refused by name.
func ReadConfig(folder string) (Config, error) {
	path := filepath.Join(folder, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the model's configuration: %w", err)
	}
	config, err := parseConfig(raw)
	if err != nil {
		return Config{}, fmt.Errorf("read %s: %w", path, err)
	}
	return config, nil
}

func parseConfig(raw []byte) (Config, error) {
	// The type comes first: other families may have these fields in other forms.
	var kind struct {
		Family Family `json:"model_type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return Config{}, err
	}
	if err := kind.Family.check(); err != nil {
		return Config{}, err
	}
	var file fileConfig
	if err := json.Unmarshal(raw, &file); err != nil {
		return Config{}, err
	}
	if err := file.refuseExtras(); err != nil {
		return Config{}, err
	}
	return file.config()
}

// config fills in what the file leaves out, as transformers does.
func (f fileConfig) config() (Config, error) {
	c := f.Config
	if err := f.rope(&c); err != nil {
		return c, err
	}
	if c.Family == FamilyLlama {
		c.AttentionBias, c.MLPBias = f.AttentionBias, f.MLPBias
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	c.BOS, c.Pad = idOrNone(f.BOS), idOrNone(f.Pad)
	var err error
	if c.EOS, err = ids(f.EOS); err != nil {
		return c, fmt.Errorf("eos_token_id: %w", err)
	}
	return c, c.Validate()
}

// named reports whether a field is there and not null.
func named(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// idOrNone is an id of config.json; some files have -1 for a token that the model lacks.
func idOrNone(id *int) int {
	if id == nil || *id < 0 {
		return NoToken
	}
	return *id
}

// ids reads a number or a list of numbers.
func ids(raw json.RawMessage) ([]int, error) {
	if !named(raw) {
		return nil, nil
	}
	var one int
	if json.Unmarshal(raw, &one) == nil {
		return []int{one}, nil
	}
	var many []int
	if err := json.Unmarshal(raw, &many); err != nil || len(many) == 0 {
		return nil, fmt.Errorf("%s is neither a number nor a list of numbers", raw)
	}
	return many, nil
}

// JSON is the config.json of a folder that holds this model in the given torch type, such as "float32". It names
// rope_theta and RoPE scaling at the top, where transformers 4 and vLLM look, and in rope_parameters, where
// transformers 5 does. A token that the model lacks is left out.
func (c Config) JSON(torchType string) ([]byte, error) {
	parameters, scaling := c.ropeJSON()
	out := struct {
		Architectures []string `json:"architectures"`
		Config
		HiddenAct      string         `json:"hidden_act"`
		AttentionBias  *bool          `json:"attention_bias,omitempty"`
		MLPBias        *bool          `json:"mlp_bias,omitempty"`
		SlidingWindow  *bool          `json:"use_sliding_window,omitempty"`
		RopeParameters map[string]any `json:"rope_parameters"`
		RopeScaling    map[string]any `json:"rope_scaling"`
		BOS            *int           `json:"bos_token_id,omitempty"`
		EOS            any            `json:"eos_token_id,omitempty"`
		Pad            *int           `json:"pad_token_id,omitempty"`
		TorchDType     string         `json:"torch_dtype"`
		DType          string         `json:"dtype"`
		UseCache       bool           `json:"use_cache"`
	}{
		Architectures:  []string{architectures[c.Family]},
		Config:         c,
		HiddenAct:      "silu",
		RopeParameters: parameters,
		RopeScaling:    scaling,
		BOS:            noneOrID(c.BOS),
		EOS:            oneOrMany(c.EOS),
		Pad:            noneOrID(c.Pad),
		TorchDType:     torchType,
		DType:          torchType,
		UseCache:       true,
	}
	switch c.Family {
	case FamilyLlama:
		out.AttentionBias, out.MLPBias = &c.AttentionBias, &c.MLPBias
	case FamilyQwen2:
		out.SlidingWindow = new(bool)
	}
	return json.MarshalIndent(out, "", "  ")
}

func noneOrID(id int) *int {
	if id == NoToken {
		return nil
	}
	return &id
}

// oneOrMany is a single id as itself and several as a list, as transformers has them.
func oneOrMany(ids []int) any {
	switch len(ids) {
	case 0:
		return nil
	case 1:
		return ids[0]
	default:
		return ids
	}
}
