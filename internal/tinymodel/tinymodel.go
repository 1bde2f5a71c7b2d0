// Package tinymodel makes model folders for tests: a Llama of two layers with random weights, whose graphs compile and
// run in a fraction of a second.
package tinymodel

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
)

// deviation of the matrices' values. It is large for a model of this width, so that logits differ clearly.
const deviation = 0.1

// Config is the architecture: two layers, grouped-query attention, tied embeddings, 256 tokens.
func Config() llama.Config {
	return llama.Config{
		VocabSize:        256,
		HiddenSize:       64,
		IntermediateSize: 128,
		Layers:           2,
		Heads:            4,
		KVHeads:          2,
		HeadDim:          16,
		RMSNormEps:       1e-5,
		RopeTheta:        10000,
		MaxPositions:     1024,
		TiedEmbeddings:   true,
		BOS:              1,
		EOS:              2,
		Pad:              2,
	}
}

// Write makes a model folder (config.json, model.safetensors in float32) that llama.Load reads, and returns its path.
// The same seed gives the same weights. The folder goes when the test ends.
func Write(t testing.TB, config llama.Config, seed uint64) (folder string) {
	t.Helper()
	folder = t.TempDir()
	raw, err := config.JSON("float32")
	if err != nil {
		t.Fatalf("write the tiny model: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), raw, 0o644); err != nil {
		t.Fatalf("write the tiny model: %v", err)
	}
	if err := safetensors.Write(filepath.Join(folder, "model.safetensors"), "F32", weights(config, seed)); err != nil {
		t.Fatalf("write the tiny model: %v", err)
	}
	return folder
}

// weights lists a model's tensors under Hugging Face's names: matrices around 0, norms around 1.
func weights(c llama.Config, seed uint64) []safetensors.Tensor {
	random := rand.New(rand.NewPCG(seed, 0))
	var list []safetensors.Tensor
	add := func(name string, mean float64, shape ...int) {
		values := make([]float32, safetensors.Info{Shape: shape}.Size())
		for i := range values {
			values[i] = float32(mean + deviation*random.NormFloat64())
		}
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }})
	}
	queries, keyValues := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	add("model.embed_tokens.weight", 0, c.VocabSize, c.HiddenSize)
	for i := range c.Layers {
		layer := "model.layers." + strconv.Itoa(i) + "."
		add(layer+"input_layernorm.weight", 1, c.HiddenSize)
		add(layer+"self_attn.q_proj.weight", 0, queries, c.HiddenSize)
		add(layer+"self_attn.k_proj.weight", 0, keyValues, c.HiddenSize)
		add(layer+"self_attn.v_proj.weight", 0, keyValues, c.HiddenSize)
		add(layer+"self_attn.o_proj.weight", 0, c.HiddenSize, queries)
		add(layer+"post_attention_layernorm.weight", 1, c.HiddenSize)
		add(layer+"mlp.gate_proj.weight", 0, c.IntermediateSize, c.HiddenSize)
		add(layer+"mlp.up_proj.weight", 0, c.IntermediateSize, c.HiddenSize)
		add(layer+"mlp.down_proj.weight", 0, c.HiddenSize, c.IntermediateSize)
	}
	add("model.norm.weight", 1, c.HiddenSize)
	if !c.TiedEmbeddings {
		add("lm_head.weight", 0, c.VocabSize, c.HiddenSize)
	}
	return list
}
