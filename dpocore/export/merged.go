package export

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/atomicfile"
)

// MergedFolder writes a Hugging Face model folder with the adapter merged into the weights, W + scale·B·A, computed in
// float32.
var MergedFolder Format = mergedFolder{}

type mergedFolder struct{}

// safetensorsTypes maps torch's names of number types to those of safetensors.
var safetensorsTypes = map[string]string{"float32": "F32", "float16": "F16", "bfloat16": "BF16"}

const modelFile = "model.safetensors"

func (mergedFolder) Name() string { return "merged" }

func (mergedFolder) About() string {
	return "A model folder with the adapter merged into the weights, as transformers reads it."
}

func (mergedFolder) DTypes() []string { return []string{"float32", "float16", "bfloat16"} }

func (mergedFolder) Files() []string {
	return []string{"config.json", configfile.GenerationFile, modelFile,
		"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"}
}

func (mergedFolder) WriteFiles(ctx context.Context, dir string, model Model, dtype string) error {
	stored := safetensorsTypes[dtype]
	if err := safetensors.Write(filepath.Join(dir, modelFile), stored, mergedTensors(ctx, model, stored)); err != nil {
		return err
	}
	config, err := configfile.JSON(model.Weights.Config, dtype)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteJSON(filepath.Join(dir, "config.json"), json.RawMessage(config)); err != nil {
		return err
	}
	generation, err := generationConfig(model)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteJSON(filepath.Join(dir, configfile.GenerationFile), generation); err != nil {
		return err
	}
	return model.Tokenizer.WriteFiles(dir)
}

func (mergedFolder) CheckFiles(ctx context.Context, dir string, model Model, dtype string) error {
	stored := safetensorsTypes[dtype]
	return checkTensors(dir, mergedTensors(ctx, model, stored), stored)
}

// generationConfig returns the content of generation_config.json.
func generationConfig(model Model) (map[string]any, error) {
	ends := model.Tokenizer.EOSIDs()
	if model.EndOfTurn != nil && !slices.Contains(ends, *model.EndOfTurn) {
		ends = append(ends, *model.EndOfTurn)
	}
	return configfile.Generation(model.Weights.Path, model.Weights.Config, ends, model.Tokenizer.Pad())
}

// checkTensors compares the weights in dir with the tensors rounded to the stored type, value by value.
func checkTensors(dir string, tensors []safetensors.Tensor, stored string) error {
	file, err := safetensors.Open(filepath.Join(dir, modelFile))
	if err != nil {
		return err
	}
	defer file.Close()
	if got := len(file.Names()); got != len(tensors) {
		return fmt.Errorf("%s has %d tensors instead of %d", dir, got, len(tensors))
	}
	for _, tensor := range tensors {
		info, ok := file.Info(tensor.Name)
		if !ok || !slices.Equal(info.Shape, tensor.Shape) || info.DType != stored {
			return fmt.Errorf("%s has no tensor %s of shape %v and type %s", dir, tensor.Name, tensor.Shape, stored)
		}
		want, err := tensor.Values()
		if err != nil {
			return err
		}
		got, err := file.Read(tensor.Name)
		if err != nil {
			return err
		}
		if !slices.Equal(got, safetensors.Rounded(want, stored)) {
			return fmt.Errorf("%s has another value in %s; check the disk for errors", dir, tensor.Name)
		}
	}
	return nil
}
