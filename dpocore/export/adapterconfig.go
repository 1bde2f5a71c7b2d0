package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/internal/sums"
)

// adapterConfig is adapter_config.json: what this program writes, and what it reads of a folder.
type adapterConfig struct {
	PEFTType      string          `json:"peft_type"`
	TaskType      string          `json:"task_type"`
	BaseModel     string          `json:"base_model_name_or_path"`
	Rank          *int            `json:"r"`
	Alpha         *float64        `json:"lora_alpha"`
	Dropout       float64         `json:"lora_dropout"`
	TargetModules json.RawMessage `json:"target_modules"`
	Bias          string          `json:"bias"`
	FanInFanOut   bool            `json:"fan_in_fan_out"`
	UseRSLoRA     bool            `json:"use_rslora"`
	UseDoRA       bool            `json:"use_dora"`
	InferenceMode bool            `json:"inference_mode"`
	InitWeights   any             `json:"init_lora_weights"`
	RankPattern   map[string]any  `json:"rank_pattern"`
	AlphaPattern  map[string]any  `json:"alpha_pattern"`
	ModulesToSave []string        `json:"modules_to_save"`
}

// notComputed are PEFT's settings that change what an adapter computes, or on what, in ways this program does not know.
var notComputed = []string{
	"alora_invocation_tokens", "alpha_pattern", "arrow_config", "exclude_modules", "fan_in_fan_out", "kasa_config",
	"layer_replication", "layers_to_transform", "lora_bias", "modules_to_save", "monteclora_config", "rank_pattern",
	"target_parameters", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "velora_config",
}

// plainInits are the ways to fill a new adapter that leave the base model's weights as they are; the others, such as
// "pissa" and "olora", change them when PEFT loads the adapter.
var plainInits = []any{nil, true, false, "gaussian", "eva", "orthogonal"}

func configOf(lora llama.LoRA, baseModel string) ([]byte, error) {
	modules, err := json.Marshal(lora.Modules)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(adapterConfig{
		PEFTType: "LORA", TaskType: "CAUSAL_LM", BaseModel: baseModel, Rank: &lora.Rank, Alpha: &lora.Alpha,
		TargetModules: modules, Bias: "none", UseRSLoRA: lora.RankStabilized, InferenceMode: true, InitWeights: true,
		RankPattern: map[string]any{}, AlphaPattern: map[string]any{},
	}, "", "  ")
}

// ReadAdapterConfig reads the LoRA settings of a PEFT folder. Kinds of adapter that this program does not compute are
// refused by name.
func ReadAdapterConfig(dir string) (llama.LoRA, error) {
	if err := sums.Check(dir, configFile); err != nil {
		return llama.LoRA{}, fmt.Errorf("read the adapter: %w", err)
	}
	path := filepath.Join(dir, configFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return llama.LoRA{}, fmt.Errorf("%s is not an adapter folder: it has no %s", dir, configFile)
	}
	if err != nil {
		return llama.LoRA{}, fmt.Errorf("read the adapter: %w", err)
	}
	lora, err := parseConfig(raw)
	if err != nil {
		return lora, fmt.Errorf("read %s: %w", path, err)
	}
	return lora, nil
}

func parseConfig(raw []byte) (llama.LoRA, error) {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(raw, &settings); err != nil {
		return llama.LoRA{}, err
	}
	for _, name := range notComputed {
		if value, named := settings[name]; named && !slices.Contains([]string{"null", "false", "{}", "[]"}, string(value)) {
			return llama.LoRA{}, fmt.Errorf("%s is %s, which this program does not compute", name, value)
		}
	}
	var config adapterConfig
	if err := json.Unmarshal(raw, &config); err != nil {
		return llama.LoRA{}, err
	}
	return config.lora()
}

func (c adapterConfig) lora() (llama.LoRA, error) {
	switch {
	case c.PEFTType != "LORA":
		return llama.LoRA{}, fmt.Errorf("peft_type is %q; this program knows \"LORA\"", c.PEFTType)
	case c.Rank == nil || c.Alpha == nil:
		return llama.LoRA{}, errors.New("r or lora_alpha is missing; PEFT would take 8 for it, so name it")
	case c.Bias != "" && c.Bias != "none":
		return llama.LoRA{}, fmt.Errorf("bias is %q; this program knows \"none\"", c.Bias)
	case !slices.ContainsFunc(plainInits, func(init any) bool { return init == c.InitWeights }):
		return llama.LoRA{}, fmt.Errorf("init_lora_weights is %v, with which PEFT changes the base model too; convert the adapter to plain LoRA", c.InitWeights)
	}
	modules, err := c.modules()
	if err != nil {
		return llama.LoRA{}, err
	}
	lora := llama.LoRA{Rank: *c.Rank, Alpha: *c.Alpha, Modules: modules, RankStabilized: c.UseRSLoRA}
	return lora, lora.Validate()
}

// modules lists the projections that carry LoRA, each once and in the order in which a layer has them. Unknown names
// stay, so that validation can name them.
func (c adapterConfig) modules() ([]string, error) {
	var named []string
	if err := json.Unmarshal(c.TargetModules, &named); err != nil {
		var pattern string
		if json.Unmarshal(c.TargetModules, &pattern) != nil || pattern != "all-linear" {
			return nil, fmt.Errorf("target_modules is %q; this program knows a list of names, or \"all-linear\"", string(c.TargetModules))
		}
		return llama.AllModules, nil
	}
	slices.SortFunc(named, func(a, b string) int {
		if order := slices.Index(llama.AllModules, a) - slices.Index(llama.AllModules, b); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(named), nil
}
