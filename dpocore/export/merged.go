package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// DTypes are the number types that a merged model can be written in, by their torch names.
var DTypes = map[string]string{"float32": "F32", "float16": "F16", "bfloat16": "BF16"}

// mergeFile says in a merged folder what it was made of.
const mergeFile = "dpo_merge.json"

// Merged says what a merged folder was made of.
type Merged struct {
	Weights string `json:"weights_sha256"`
	Adapter string `json:"adapter_sha256"`
	DType   string `json:"dtype"` // float32, float16 or bfloat16
}

// ReadMerged reads what a merged folder was made of; a folder that is none gives the zero Merged.
func ReadMerged(dir string) (made Merged) {
	raw, err := os.ReadFile(filepath.Join(dir, mergeFile))
	if err != nil || json.Unmarshal(raw, &made) != nil {
		return Merged{}
	}
	return made
}

// WriteMerged writes a model folder with the adapter merged into the weights, W + (alpha/r)·B·A computed in float32 and
// stored as made.DType, reads it back, and lets check look at the folder. It appears whole and checked, or not at all: a
// merged model that stood there before stays until then. A folder that holds anything else is refused. When the context
// ends, nothing is left and its error is the cause.
func WriteMerged(ctx context.Context, out string, made Merged, weights *llama.Weights, layout llama.Layout, adapter []float32, tok *tokenizer.Tokenizer, check func(dir string) error) (err error) {
	stored, ok := DTypes[made.DType]
	if !ok {
		return fmt.Errorf("write the merged model: the type %q is not one of float32, float16, bfloat16", made.DType)
	}
	place, err := target(out)
	if err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	if err := disk.MkdirAll(filepath.Dir(place)); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	s, err := newSite(place)
	if err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	defer func() {
		if left := s.leave(); left != nil && err == nil {
			err = fmt.Errorf("write the merged model: %w", left)
		}
	}()
	tensors := mergedTensors(ctx, weights, layout, adapter, stored)
	if err := writeModel(s.dir, made, weights.Config, tensors, tok); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	if err := checkModel(s.dir, tensors, stored); err != nil {
		return fmt.Errorf("check the merged model: %w", err)
	}
	if err := check(s.dir); err != nil {
		return fmt.Errorf("check the merged model: %w", err)
	}
	if err := sums.WriteAll(s.dir); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	if err := s.swap(place); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	return nil
}

// mergedFiles are all that a merged folder holds.
var mergedFiles = []string{mergeFile, "config.json", "generation_config.json", "model.safetensors",
	"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", sums.Name}

// target is where out leads, through symbolic links. A folder that is neither empty nor an earlier merge is refused,
// and so is a merge in which other files lie, since the folder is replaced as a whole.
func target(out string) (string, error) {
	place, err := followed(out)
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(place)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return place, nil
	}
	if err != nil {
		return "", err
	}
	if ReadMerged(place) == (Merged{}) {
		return "", fmt.Errorf("%s is not empty (it holds %s) and was not made by merging; choose another folder", out, entries[0].Name())
	}
	for _, entry := range entries {
		if !slices.Contains(mergedFiles, entry.Name()) {
			return "", fmt.Errorf("%s would be replaced, but it also holds %s; move that away or choose another folder", out, entry.Name())
		}
	}
	return place, nil
}

func writeModel(dir string, made Merged, c llama.Config, tensors []safetensors.Tensor, tok *tokenizer.Tokenizer) error {
	if err := safetensors.Write(filepath.Join(dir, "model.safetensors"), DTypes[made.DType], tensors); err != nil {
		return err
	}
	config, err := c.JSON(made.DType)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name    string
		content any
	}{
		{"config.json", json.RawMessage(config)},
		{"generation_config.json", generationConfig(c, tok)},
		{mergeFile, made},
	} {
		raw, err := json.MarshalIndent(file.content, "", "  ")
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, file.name), append(raw, '\n')); err != nil {
			return err
		}
	}
	return tok.WriteFiles(dir)
}

// generationConfig holds the tokens at which generation begins and stops, and with which it pads.
func generationConfig(c llama.Config, tok *tokenizer.Tokenizer) map[string]any {
	settings := map[string]any{"eos_token_id": oneOrMany(tok.EOSIDs()), "pad_token_id": tok.Pad()}
	if c.BOS != llama.NoToken {
		settings["bos_token_id"] = c.BOS
	}
	return settings
}

// oneOrMany is a single id as itself and several as a list, as transformers has them.
func oneOrMany(ids []int32) any {
	if len(ids) == 1 {
		return ids[0]
	}
	return ids
}

// checkModel compares a written folder with what was to be written, value by value.
func checkModel(dir string, tensors []safetensors.Tensor, stored string) error {
	file, err := safetensors.Open(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return err
	}
	defer file.Close()
	if got := len(file.Names()); got != len(tensors) {
		return fmt.Errorf("%s holds %d tensors in place of %d", dir, got, len(tensors))
	}
	for _, tensor := range tensors {
		info, ok := file.Info(tensor.Name)
		if !ok || !slices.Equal(info.Shape, tensor.Shape) || info.DType != stored {
			return fmt.Errorf("%s does not hold %s as it should", dir, tensor.Name)
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
			return fmt.Errorf("%s holds another value in %s; is the disk sound?", dir, tensor.Name)
		}
	}
	return nil
}
