package export_test

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/ggufcheck"
	"example.com/gonb-dpo/internal/tinymodel"
)

// ggufOf writes a model of an architecture, with an adapter of zeros, as a GGUF file of a type.
func ggufOf(t *testing.T, config decoder.Config, dtype string) (b base, path string, err error) {
	t.Helper()
	folder := tinymodel.WriteChatOf(t, config, 3)
	if b.backend, err = device.Open(); err != nil {
		t.Fatal(err)
	}
	if b.weights, err = weights.Load(b.backend, folder); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.weights.Finalize)
	if b.tok, err = tokenizer.Open(folder); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.tok.Close() })
	dir, model := t.TempDir(), b.model(decoder.Layout{}, nil)
	model.Name = "tiny"
	if err := export.GGUF.WriteFiles(context.Background(), dir, model, dtype); err != nil {
		return b, "", err
	}
	return b, filepath.Join(dir, "model.gguf"), export.GGUF.CheckFiles(context.Background(), dir, model, dtype)
}

// scaledGemma3 scales attention scores by another number than a GGUF file's.
func scaledGemma3() decoder.Config {
	c := tinymodel.Published()["Gemma 3"]
	c.HeadDim = 16
	return c
}

// published is Llama 3's scaling of positions as its models have it, the only one for which GGUF files have a place.
func published() decoder.Config {
	c := tinymodel.Llama3()
	c.RopeScaling = rotary.Scaling{Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}
	return c
}

// TestGGUFFamilies: the file holds the same model, with its rows and factors where this program's reader, which is checked
// against llama.cpp's files, looks for them.
func TestGGUFFamilies(t *testing.T) {
	models := map[string]decoder.Config{"Llama": tinymodel.Config(), "Llama 3": published(), "Qwen2": tinymodel.Qwen2(), "Qwen3": tinymodel.Qwen3(),
		"untied":  tinymodel.Changed(func(c *decoder.Config) { c.TiedEmbeddings = false }),
		"Granite": tinymodel.Granite(), "OLMo 2": tinymodel.OLMo2(), "Phi-3": tinymodel.Phi3(), "linear": tinymodel.Linear(), "yarn": tinymodel.Yarn()}
	maps.Copy(models, tinymodel.Published())
	for name, config := range models {
		t.Run(name, func(t *testing.T) {
			b, path, err := ggufOf(t, config, "f32")
			if err != nil {
				t.Fatal(err)
			}
			file, err := weights.Load(b.backend, path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Finalize()
			want := map[string][]float32{}
			b.weights.Stored(func(name string, _ []int, values func() ([]float32, error)) {
				if want[name], err = values(); err != nil {
					t.Fatal(err)
				}
			})
			count := 0
			file.Stored(func(name string, _ []int, values func() ([]float32, error)) {
				got, err := values()
				if strings.Contains(name, "norm") && config.Family == "gemma3_text" { // stored with 1 added, and so rounded
					for i, value := range want[name] {
						want[name][i] = float32(value+1) - 1
					}
				}
				if err != nil || !slices.Equal(got, want[name]) {
					t.Errorf("%s has other values (%v)", name, err)
				}
				count++
			})
			if count != len(want) {
				t.Errorf("the file has %d tensors, the model %d", count, len(want))
			}
		})
	}
}

// TestGGUFTypes: matrices have the type of the file, or what takes its place for rows of 64 values; vectors stay in full
// precision; a quantized value is near its own.
func TestGGUFTypes(t *testing.T) {
	for dtype, want := range map[string]string{"f16": "F16", "bf16": "BF16", "q8_0": "Q8_0", "q4_0": "Q4_0", "q4_k_m": "Q5_0", "q5_k_m": "Q5_1", "q6_k": "Q8_0"} {
		b, path, err := ggufOf(t, tinymodel.Config(), dtype)
		if err != nil {
			t.Errorf("%s: %v", dtype, err)
			continue
		}
		file, err := ggufcheck.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, kind := range map[string]string{"blk.0.attn_q.weight": want, "blk.1.attn_norm.weight": "F32", "output_norm.weight": "F32"} {
			if info, _ := file.GetTensorInfo(name); info.Type.String() != kind {
				t.Errorf("%s: %s has the type %s, want %s", dtype, name, info.Type, kind)
			}
		}
		loaded, err := weights.Load(b.backend, path)
		if err != nil {
			t.Fatal(err)
		}
		if far := farthest(t, b.weights, loaded); far > 0.15 {
			t.Errorf("%s: a value is off by %.3f of the largest in its matrix", dtype, far)
		}
		loaded.Finalize()
	}
}

// farthest is the largest difference of two models' values, as a share of the largest value in the tensor.
func farthest(t *testing.T, a, b *weights.Weights) (far float64) {
	t.Helper()
	var all [][]float32
	read := func(_ string, _ []int, values func() ([]float32, error)) {
		got, err := values()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got)
	}
	a.Stored(read)
	b.Stored(read)
	for i, want := range all[:len(all)/2] {
		largest, off := 0.0, 0.0
		for j, got := range all[len(all)/2+i] {
			largest, off = max(largest, math.Abs(float64(want[j]))), max(off, math.Abs(float64(got-want[j])))
		}
		far = max(far, off/largest)
	}
	return far
}

func TestGGUFRefused(t *testing.T) {
	for message, config := range map[string]decoder.Config{
		"can't hold its scaling of rotary positions":            tinymodel.Llama3(),
		"has no place for model.layers.0.self_attn.q_proj.bias": tinymodel.Biased(),
		"can't hold the model's sliding windows":                tinymodel.Mistral(),
		"or which of its layers have rotary positions":          tinymodel.SmolLM3(),
		"use the folder that dpo merge writes":                  tiedOLMo2(),
		"can't hold the model's scales":                         scaledGemma3(),
	} {
		if _, _, err := ggufOf(t, config, "f32"); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("error %v, want one with %q", err, message)
		}
	}
}

// tiedOLMo2 is a model that llama.cpp can't load from a GGUF file.
func tiedOLMo2() decoder.Config {
	c := tinymodel.OLMo2()
	c.TiedEmbeddings = true
	return c
}
