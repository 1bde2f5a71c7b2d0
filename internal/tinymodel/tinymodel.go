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
		Family:           llama.FamilyLlama,
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
		EOS:              []int{2},
		Pad:              2,
	}
}

// Qwen2 is Config as a Qwen2: biases on queries, keys and values, no token that begins a text.
func Qwen2() llama.Config {
	c := Config()
	c.Family, c.RopeTheta, c.RMSNormEps, c.BOS = llama.FamilyQwen2, 1000000, 1e-6, llama.NoToken
	return c
}

// Llama3 is Config with Llama 3's scaled positions, several ends of a turn and no token for padding. The scaling bends at
// wave lengths that a head of 16 values has: of its frequencies the first three stay, two lie in the passage, three are
// slowed.
func Llama3() llama.Config {
	c := Config()
	c.RopeTheta = 10000
	c.RopeScaling = llama.RopeScaling{Factor: 8, LowFreqFactor: 1, HighFreqFactor: 8, OriginalMaxPositions: 600}
	c.EOS, c.Pad = []int{2, 3}, llama.NoToken
	return c
}

// Biased is Config with a bias on every projection and a head apart from the embedding.
func Biased() llama.Config {
	c := Config()
	c.AttentionBias, c.MLPBias, c.TiedEmbeddings = true, true, false
	return c
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
	project := func(name string, biased bool, out, in int) {
		add(name+".weight", 0, out, in)
		if biased {
			add(name+".bias", 0, out)
		}
	}
	queries, keyValues := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	qkv := c.AttentionBias || c.Family == llama.FamilyQwen2
	add("model.embed_tokens.weight", 0, c.VocabSize, c.HiddenSize)
	for i := range c.Layers {
		layer := "model.layers." + strconv.Itoa(i) + "."
		add(layer+"input_layernorm.weight", 1, c.HiddenSize)
		project(layer+"self_attn.q_proj", qkv, queries, c.HiddenSize)
		project(layer+"self_attn.k_proj", qkv, keyValues, c.HiddenSize)
		project(layer+"self_attn.v_proj", qkv, keyValues, c.HiddenSize)
		project(layer+"self_attn.o_proj", c.AttentionBias, c.HiddenSize, queries)
		add(layer+"post_attention_layernorm.weight", 1, c.HiddenSize)
		project(layer+"mlp.gate_proj", c.MLPBias, c.IntermediateSize, c.HiddenSize)
		project(layer+"mlp.up_proj", c.MLPBias, c.IntermediateSize, c.HiddenSize)
		project(layer+"mlp.down_proj", c.MLPBias, c.HiddenSize, c.IntermediateSize)
	}
	add("model.norm.weight", 1, c.HiddenSize)
	if !c.TiedEmbeddings {
		add("lm_head.weight", 0, c.VocabSize, c.HiddenSize)
	}
	return list
}
