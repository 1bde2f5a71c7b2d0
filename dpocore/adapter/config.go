package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/placeholder"
	"example.com/gonb-dpo/internal/sums"
)

// peftConfig is adapter_config.json: the fields that this program writes, and those it interprets when reading.
type peftConfig struct {
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
	uneven
	ModulesToSave []string `json:"modules_to_save"`
}

// uneven are PEFT's settings that make an adapter differ from layer to layer or among projections, in the form in which this program
// writes them: the patterns are names of projections.
type uneven struct {
	RankPattern  map[string]int     `json:"rank_pattern"`
	AlphaPattern map[string]float64 `json:"alpha_pattern"`
	Layers       []int              `json:"layers_to_transform,omitempty"`
}

// unsupported are PEFT's settings that change what an adapter computes, or which modules it applies to, in ways that this
// program does not implement.
var unsupported = []string{
	"alora_invocation_tokens", "arrow_config", "fan_in_fan_out", "kasa_config",
	"layer_replication", "lora_bias", "modules_to_save", "monteclora_config",
	"target_parameters", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "velora_config",
}

// withoutEffect are PEFT's settings, those of older versions and those that ms-swift adds, that don't change what a trained adapter
// computes: they are about training, initial values that init_lora_weights names, memory, or the file itself.
var withoutEffect = []string{
	"auto_mapping", "corda_config", "ensure_weight_tying", "eva_config", "layers_pattern", "loftq_config", "lora_dtype", "lora_ga_config", "lorap_emb_lr",
	"lorap_lr_ratio", "megatron_config", "megatron_core", "merge_weights", "peft_version", "qalora_group_size", "revision", "runtime_config",
}

// interpreted are the settings that [peftConfig] has fields for and checks.
var interpreted = []string{
	"alpha_pattern", "base_model_name_or_path", "bias", "inference_mode", "init_lora_weights", "layers_to_transform", "lora_alpha", "lora_dropout", "peft_type", "r", "rank_pattern",
	"target_modules", "task_type", "use_rslora",
}

// excluding is a setting of PEFT that this program reads but does not write.
const excluding = "exclude_modules"

// plainInits are the initializations that leave the base model's weights unchanged. Others, such as "pissa" and "olora",
// modify them when PEFT loads the adapter.
var plainInits = []any{nil, true, false, "gaussian", "eva", "orthogonal"}

// configOf returns the content of adapter_config.json.
func configOf(lora decoder.LoRA, o Options) (peftConfig, error) {
	modules, err := json.Marshal(lora.Modules)
	if err != nil {
		return peftConfig{}, err
	}
	return peftConfig{
		PEFTType: "LORA", TaskType: "CAUSAL_LM", BaseModel: o.BaseModel, Rank: &lora.Rank, Alpha: &lora.Alpha, Dropout: o.Dropout,
		TargetModules: modules, Bias: "none", UseRSLoRA: lora.RankStabilized, InferenceMode: true, InitWeights: true,
		uneven: uneven{RankPattern: orEmpty(lora.Ranks), AlphaPattern: orEmpty(lora.Alphas), Layers: lora.Layers},
	}, nil
}

// orEmpty is a pattern as PEFT has it in a file: an empty one for none.
func orEmpty[T any](pattern map[string]T) map[string]T {
	if pattern == nil {
		return map[string]T{}
	}
	return pattern
}

// orNil is the opposite.
func orNil[T any](pattern map[string]T) map[string]T {
	if len(pattern) == 0 {
		return nil
	}
	return pattern
}

// ReadConfig reads the LoRA settings of an adapter as this program writes it. It fails, naming the setting, if the adapter uses any other feature of PEFT; [Load] reads more of them.
func ReadConfig(dir string) (decoder.LoRA, error) {
	raw, err := readConfigFile(dir)
	if err != nil {
		return decoder.LoRA{}, err
	}
	lora, err := parseConfig(raw)
	if err != nil {
		return lora, fmt.Errorf("read %s: %w", filepath.Join(dir, configFile), err)
	}
	return lora, nil
}

// readConfigFile reads adapter_config.json, which must match the folder's checksum, if any.
func readConfigFile(dir string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, configFile))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, notAnAdapter(dir)
	}
	if err == nil {
		err = errors.Join(placeholder.Check(filepath.Join(dir, configFile), raw), sums.Check(dir, configFile))
	}
	if err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	return raw, nil
}

func parseConfig(raw []byte) (decoder.LoRA, error) {
	if err := refuse(raw, interpreted); err != nil {
		return decoder.LoRA{}, err
	}
	if err := checkUneven(raw); err != nil {
		return decoder.LoRA{}, err
	}
	var config peftConfig
	if err := json.Unmarshal(raw, &config); err != nil {
		return decoder.LoRA{}, err
	}
	return config.lora()
}

// checkUneven returns an error if a setting of [uneven] is not in the form in which this program writes it.
func checkUneven(raw []byte) error {
	var settings struct {
		Ranks  json.RawMessage `json:"rank_pattern"`
		Alphas json.RawMessage `json:"alpha_pattern"`
		Layers json.RawMessage `json:"layers_to_transform"`
	}
	if err := json.Unmarshal(raw, &settings); err != nil {
		return err
	}
	var form uneven
	for _, part := range []struct {
		name  string
		value json.RawMessage
		to    any
	}{{"rank_pattern", settings.Ranks, &form.RankPattern}, {"alpha_pattern", settings.Alphas, &form.AlphaPattern}, {"layers_to_transform", settings.Layers, &form.Layers}} {
		if !isNone(part.value) && json.Unmarshal(part.value, part.to) != nil {
			return fmt.Errorf("%s is %s, which is not supported; %s", part.name, part.value, wayOut)
		}
	}
	return nil
}

// refuse returns an error if a file gives a setting a value that means something, unless the setting is supported or has no effect.
func refuse(raw []byte, supported []string) error {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(raw, &settings); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value := settings[name]
		switch {
		case isNone(value) || slices.Contains(supported, name) || slices.Contains(withoutEffect, name):
		case slices.Contains(unsupported, name) || name == excluding:
			return fmt.Errorf("%s is %s, which is not supported; %s", name, value, wayOut)
		default:
			return fmt.Errorf("%s is %s, and this setting is not known here, so the adapter might compute something else; %s, or remove the setting from the file if it only says how the adapter was trained",
				name, value, wayOut)
		}
	}
	return nil
}

// check returns an error if settings that every adapter needs are missing or not supported.
func (c peftConfig) check() error {
	switch {
	case c.PEFTType == "":
		return fmt.Errorf("it has no peft_type, so it is not a file of PEFT; adapters of other programs must be converted to PEFT's format first")
	case c.PEFTType != "LORA":
		return fmt.Errorf("peft_type is %q; only \"LORA\" is supported", c.PEFTType)
	case c.Rank == nil || c.Alpha == nil:
		return errors.New("r or lora_alpha is missing; PEFT defaults to 8, so set both explicitly")
	case c.Bias != "" && c.Bias != "none":
		return fmt.Errorf("bias is %q, but only \"none\" is supported; %s", c.Bias, wayOut)
	case !slices.ContainsFunc(plainInits, func(init any) bool { return init == c.InitWeights }):
		return fmt.Errorf("init_lora_weights is %v, which also changes the base model; %s", c.InitWeights, wayOut)
	}
	return nil
}

// lora returns the LoRA settings, or an error if they are incomplete or not supported.
func (c peftConfig) lora() (decoder.LoRA, error) {
	if err := c.check(); err != nil {
		return decoder.LoRA{}, err
	}
	modules, err := c.modules()
	if err != nil {
		return decoder.LoRA{}, err
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(c.RankPattern)), slices.Collect(maps.Keys(c.AlphaPattern))) {
		if !slices.Contains(decoder.KnownModules, name) {
			return decoder.LoRA{}, fmt.Errorf("rank_pattern and alpha_pattern are of %q; the choice is %s", name, strings.Join(decoder.KnownModules, ", "))
		}
	}
	lora := decoder.LoRA{Rank: *c.Rank, Alpha: *c.Alpha, Modules: modules, RankStabilized: c.UseRSLoRA,
		Ranks: orNil(c.RankPattern), Alphas: orNil(c.AlphaPattern), Layers: c.Layers}
	return lora, lora.Validate()
}

// modules lists the projections with LoRA, each once, in the order of [decoder.KnownModules]. Unknown names are included, so
// that validation reports them.
func (c peftConfig) modules() ([]string, error) {
	var names []string
	if err := json.Unmarshal(c.TargetModules, &names); err != nil {
		var pattern string
		if json.Unmarshal(c.TargetModules, &pattern) != nil || pattern != "all-linear" {
			return nil, fmt.Errorf("target_modules is %q; it must be a list of names or \"all-linear\"", string(c.TargetModules))
		}
		return decoder.AllModules, nil
	}
	slices.SortFunc(names, func(a, b string) int {
		if order := slices.Index(decoder.KnownModules, a) - slices.Index(decoder.KnownModules, b); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(names), nil
}
