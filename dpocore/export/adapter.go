// Package export writes what a run leaves behind, and reads it back: a LoRA adapter as PEFT's folders hold it, and a
// merged model as transformers, vLLM and llama.cpp's converter read it.
package export

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// Files of an adapter folder.
const (
	configFile  = "adapter_config.json"
	weightsFile = "adapter_model.safetensors"
	binFile     = "adapter_model.bin"
)

// adapterConfig is adapter_config.json: what this program writes, and what decides whether it can read a folder.
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
	RankPattern   map[string]int  `json:"rank_pattern"`
	AlphaPattern  map[string]any  `json:"alpha_pattern"`
	ModulesToSave []string        `json:"modules_to_save"`
}

// WriteAdapter writes adapter_config.json and adapter_model.safetensors, and adapter_model.bin where bin is set, and
// reads them back. baseModel is the name or path under which PEFT finds the base model.
func WriteAdapter(dir string, layout llama.Layout, values []float32, baseModel string, bin bool) error {
	config, err := configOf(layout.LoRA, baseModel)
	if err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	factors := factorsByName(layout)
	list := make([]safetensors.Tensor, len(factors))
	for i, factor := range factors {
		list[i] = safetensors.Tensor{Name: factor.Name, Shape: factor.Shape,
			Values: func() ([]float32, error) { return values[factor.Offset : factor.Offset+factor.Size()], nil }}
	}
	if err := safetensors.Write(filepath.Join(dir, weightsFile), "F32", list); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	if bin {
		if err := writeTorch(filepath.Join(dir, binFile), list); err != nil {
			return fmt.Errorf("write the adapter: %w", err)
		}
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, configFile), config); err != nil {
		return fmt.Errorf("write the adapter: %w", err)
	}
	return checkAdapter(dir, layout, values)
}

// checkAdapter compares a written folder with the adapter in memory.
func checkAdapter(dir string, layout llama.Layout, values []float32) error {
	lora, err := ReadAdapterConfig(dir)
	if err != nil {
		return fmt.Errorf("check the adapter just written: %w", err)
	}
	if lora.Rank != layout.LoRA.Rank || lora.Alpha != layout.LoRA.Alpha {
		return fmt.Errorf("check the adapter just written: %s does not hold its rank and alpha", dir)
	}
	back, err := ReadAdapter(dir, layout)
	if err != nil {
		return fmt.Errorf("check the adapter just written: %w", err)
	}
	if !slices.Equal(back, values) {
		return fmt.Errorf("check the adapter just written: %s holds other values; is the disk sound?", dir)
	}
	return nil
}

func configOf(lora llama.LoRA, baseModel string) ([]byte, error) {
	modules, err := json.Marshal(lora.Modules)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(adapterConfig{
		PEFTType: "LORA", TaskType: "CAUSAL_LM", BaseModel: baseModel, Rank: &lora.Rank, Alpha: &lora.Alpha,
		TargetModules: modules, Bias: "none", InferenceMode: true, InitWeights: true,
		RankPattern: map[string]int{}, AlphaPattern: map[string]any{},
	}, "", "  ")
}

// ReadAdapterConfig reads the LoRA settings of a PEFT folder. Kinds of adapter that this program does not compute are
// refused by name.
func ReadAdapterConfig(dir string) (llama.LoRA, error) {
	path := filepath.Join(dir, configFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return llama.LoRA{}, fmt.Errorf("%s is not an adapter folder: it has no %s", dir, configFile)
	}
	if err != nil {
		return llama.LoRA{}, fmt.Errorf("read the adapter: %w", err)
	}
	var config adapterConfig
	if err := json.Unmarshal(raw, &config); err != nil {
		return llama.LoRA{}, fmt.Errorf("read %s: %w", path, err)
	}
	lora, err := config.lora()
	if err != nil {
		return lora, fmt.Errorf("%s: %w", path, err)
	}
	return lora, nil
}

func (c adapterConfig) lora() (llama.LoRA, error) {
	switch {
	case c.PEFTType != "LORA":
		return llama.LoRA{}, fmt.Errorf("peft_type is %q; this program knows \"LORA\"", c.PEFTType)
	case c.Rank == nil || c.Alpha == nil:
		return llama.LoRA{}, fmt.Errorf("r or lora_alpha is missing; PEFT would take 8 for it, so name it")
	case c.UseDoRA, c.UseRSLoRA, c.FanInFanOut:
		return llama.LoRA{}, fmt.Errorf("use_dora, use_rslora and fan_in_fan_out are not computed by this program")
	case c.Bias != "" && c.Bias != "none":
		return llama.LoRA{}, fmt.Errorf("bias is %q; this program knows \"none\"", c.Bias)
	case len(c.RankPattern) > 0, len(c.AlphaPattern) > 0, len(c.ModulesToSave) > 0:
		return llama.LoRA{}, fmt.Errorf("rank_pattern, alpha_pattern and modules_to_save are not computed by this program")
	}
	var named []string
	if err := json.Unmarshal(c.TargetModules, &named); err != nil {
		var pattern string
		if json.Unmarshal(c.TargetModules, &pattern) != nil || pattern != "all-linear" {
			return llama.LoRA{}, fmt.Errorf("target_modules is %s; this program knows a list of names, or \"all-linear\"", c.TargetModules)
		}
		named = llama.AllModules
	}
	lora := llama.LoRA{Rank: *c.Rank, Alpha: *c.Alpha, Modules: inOrder(named)}
	return lora, lora.Validate()
}

// inOrder sorts projections as the layer has them; unknown names stay, so that validation can name them.
func inOrder(named []string) []string {
	sorted := slices.Clone(named)
	slices.SortFunc(sorted, func(a, b string) int {
		return slices.Index(llama.AllModules, a) - slices.Index(llama.AllModules, b)
	})
	return sorted
}

// HashAdapter is the SHA-256 of a PEFT folder's weights, in hexadecimal.
func HashAdapter(dir string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, weightsFile))
	if err != nil {
		return "", fmt.Errorf("read the adapter: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// ReadAdapter reads the values of a PEFT folder's adapter, laid out for a model. Each factor must be there in its
// shape, and nothing else.
func ReadAdapter(dir string, layout llama.Layout) ([]float32, error) {
	file, err := safetensors.Open(filepath.Join(dir, weightsFile))
	if err != nil {
		return nil, fmt.Errorf("read the adapter: %w", err)
	}
	defer file.Close()
	values := make([]float32, layout.Size)
	for _, factor := range layout.Factors {
		info, ok := file.Info(factor.Name)
		if !ok {
			return nil, fmt.Errorf("the adapter %s has no tensor %s; it belongs to another model", dir, factor.Name)
		}
		if !slices.Equal(info.Shape, factor.Shape) {
			return nil, fmt.Errorf("the adapter %s has %s in shape %v where this model needs %v; it belongs to another model",
				dir, factor.Name, info.Shape, factor.Shape)
		}
		stored, err := file.Read(factor.Name)
		if err != nil {
			return nil, fmt.Errorf("read the adapter: %w", err)
		}
		copy(values[factor.Offset:], stored)
	}
	if extra := len(file.Names()) - len(layout.Factors); extra > 0 {
		return nil, fmt.Errorf("the adapter %s holds %d tensors that this model has no place for; it belongs to another model", dir, extra)
	}
	return values, nil
}

// factorsByName is alphabetical order, the order of PEFT's own files.
func factorsByName(layout llama.Layout) []llama.Factor {
	factors := slices.Clone(layout.Factors)
	slices.SortFunc(factors, func(a, b llama.Factor) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return factors
}
