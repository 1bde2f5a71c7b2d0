// Package configfile reads and writes config.json, the settings of a model in a Hugging Face folder, as transformers does.
//
// Start with [Read] and [JSON].
package configfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/internal/placeholder"
)

// Name of the file in a folder.
const Name = "config.json"

// fileConfig is config.json in a model folder: the fields that all families share. Those of one family are read by it.
type fileConfig struct {
	decoder.Config
	HiddenAct      string          `json:"hidden_act"`
	Partial        *float64        `json:"partial_rotary_factor"`
	RopeScaling    *ropeFields     `json:"rope_scaling"`
	RopeParameters *ropeFields     `json:"rope_parameters"`
	Quantization   json.RawMessage `json:"quantization_config"`
	BOS            *int            `json:"bos_token_id"`
	EOS            json.RawMessage `json:"eos_token_id"` // a number, or a list of numbers
	Pad            *int            `json:"pad_token_id"`
}

// Read reads config.json of a model folder. The error names any setting that this program does not support.
func Read(folder string) (decoder.Config, error) {
	path := filepath.Join(folder, Name)
	raw, err := os.ReadFile(path)
	if err != nil {
		return decoder.Config{}, fmt.Errorf("read the model's configuration: %w", err)
	}
	if err := placeholder.Check(path, raw); err != nil {
		return decoder.Config{}, err
	}
	config, err := parseConfig(raw)
	if err != nil {
		return decoder.Config{}, fmt.Errorf("read %s: %w", path, err)
	}
	return config, nil
}

func parseConfig(raw []byte) (decoder.Config, error) {
	// The type first: unknown families may have other forms of these fields.
	var kind struct {
		ModelType string `json:"model_type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return decoder.Config{}, err
	}
	f, err := family.Find(kind.ModelType)
	if err != nil {
		return decoder.Config{}, err
	}
	file := fileConfig{Config: f.Defaults}
	file.RopeTheta = 0
	if err := json.Unmarshal(raw, &file); err != nil {
		return decoder.Config{}, err
	}
	if file.HiddenAct != f.Activation && file.HiddenAct != "" {
		return decoder.Config{}, fmt.Errorf("hidden_act is %q; this program knows %q", file.HiddenAct, f.Activation)
	}
	if err := checkQuantization(file.Quantization); err != nil {
		return decoder.Config{}, err
	}
	if err := f.RefuseUnknown(raw, fileConfig{}); err != nil {
		return decoder.Config{}, err
	}
	c, err := file.config(f)
	if err != nil {
		return decoder.Config{}, err
	}
	if err := f.Read(raw, &c); err != nil {
		return decoder.Config{}, err
	}
	return c, c.Validate()
}

// config fills in what the file leaves out, with the defaults of transformers.
func (f fileConfig) config(of family.Family) (c decoder.Config, err error) {
	c = f.Config
	rope, err := f.rope(of)
	if err != nil {
		return c, err
	}
	c.RopeTheta, c.RopeScaling = rope.theta, rope.scaling
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	if rope.partial != 1 {
		c.RotaryDim = int(rope.partial * float64(c.HeadDim))
	}
	c.BOS, c.Pad = idOrNone(f.BOS, c.VocabSize), idOrNone(f.Pad, c.VocabSize)
	if c.EOS, err = ids(f.EOS); err != nil {
		return c, fmt.Errorf("eos_token_id: %w", err)
	}
	return c, nil
}

// present reports whether a field is in the file and not null.
func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// idOrNone is a token's id. Some files have -1, or an id after the last one, for a token that the model lacks.
func idOrNone(id *int, vocabulary int) int {
	if id == nil || *id < 0 || *id >= vocabulary {
		return decoder.NoToken
	}
	return *id
}

// ids reads a number or a list of numbers.
func ids(raw json.RawMessage) ([]int, error) {
	if !present(raw) {
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
