package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/atomicfile"
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
// merged model that stood there before stays until then. A folder that holds anything else is refused.
func WriteMerged(out string, made Merged, weights *llama.Weights, layout llama.Layout, adapter []float32, tok *tokenizer.Tokenizer, check func(dir string) error) error {
	stored, ok := DTypes[made.DType]
	if !ok {
		return fmt.Errorf("write the merged model: the type %q is not one of float32, float16, bfloat16", made.DType)
	}
	if err := replaceable(out); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	out = filepath.Clean(out)
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	defer os.RemoveAll(temp) // gone already when all went well
	tensors := mergedTensors(weights, layout, adapter, stored)
	if err := writeModel(temp, made, weights.Config, tensors, tok); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	if err := errors.Join(checkModel(temp, tensors, stored), check(temp)); err != nil {
		return fmt.Errorf("check the merged model: %w", err)
	}
	if err := swap(temp, out); err != nil {
		return fmt.Errorf("write the merged model: %w", err)
	}
	return nil
}

// replaceable refuses a folder that is neither empty nor an earlier merge.
func replaceable(out string) error {
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) == 0:
		return nil
	}
	if ReadMerged(out) == (Merged{}) {
		return fmt.Errorf("%s is not empty (it holds %s) and was not made by merging; choose another folder", out, entries[0].Name())
	}
	return nil
}

// swap gives a finished folder its name, in the place of an older one.
func swap(temp, out string) error {
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	old := temp + ".old"
	if err := os.Rename(out, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(temp, out); err != nil {
		return errors.Join(err, os.Rename(old, out))
	}
	return errors.Join(os.RemoveAll(old), atomicfile.SyncDir(filepath.Dir(out)))
}

func writeModel(dir string, made Merged, c llama.Config, tensors []safetensors.Tensor, tok *tokenizer.Tokenizer) error {
	if err := safetensors.Write(filepath.Join(dir, "model.safetensors"), DTypes[made.DType], tensors); err != nil {
		return err
	}
	config, err := c.JSON(made.DType)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{
		"config.json": json.RawMessage(config),
		"generation_config.json": map[string]int{
			"bos_token_id": c.BOS, "eos_token_id": int(tok.EOS()), "pad_token_id": int(tok.Pad()),
		},
		mergeFile: made,
	} {
		raw, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, name), append(raw, '\n')); err != nil {
			return err
		}
	}
	return tok.WriteFiles(dir)
}

// mergedTensors lists a model's tensors in the order of its folder, each merged when its values are asked for.
func mergedTensors(weights *llama.Weights, layout llama.Layout, adapter []float32, stored string) []safetensors.Tensor {
	var list []safetensors.Tensor
	weights.Stored(func(name string, shape []int, values func() ([]float32, error)) {
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) {
			w, err := values()
			if err != nil {
				return nil, err
			}
			if a, b, ok := layout.Of(name); ok {
				addProduct(w, adapter[b.Offset:b.Offset+b.Size()], adapter[a.Offset:a.Offset+a.Size()], a.Shape[1], layout.LoRA)
			}
			return w, fits(name, w, stored)
		}})
	})
	return list
}

// addProduct adds scale·B·A to w [out, in], with B [out, rank] and A [rank, in], rows side by side on all cores.
func addProduct(w, b, a []float32, in int, lora llama.LoRA) {
	rank, scale := lora.Rank, float32(lora.Scale())
	rows := len(w) / in
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			sum := make([]float32, in)
			for row := worker * rows / workers; row < (worker+1)*rows/workers; row++ {
				clear(sum)
				for r := range rank {
					factor := b[row*rank+r]
					for i, value := range a[r*in : (r+1)*in] {
						sum[i] += factor * value
					}
				}
				for i, value := range sum {
					w[row*in+i] += scale * value
				}
			}
		})
	}
	wait.Wait()
}

// largestHalf is the largest float16.
const largestHalf = 65504

// fits refuses values that a type would turn into infinity.
func fits(name string, values []float32, stored string) error {
	if stored != "F16" {
		return nil
	}
	for _, value := range values {
		if math.Abs(float64(value)) > largestHalf {
			return fmt.Errorf("tensor %s holds %g, beyond the range of float16; use float32 or bfloat16", name, value)
		}
	}
	return nil
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
