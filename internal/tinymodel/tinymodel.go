// Package tinymodel makes model folders for tests: a Llama of two layers with random weights, whose graphs compile and
// run in a fraction of a second.
package tinymodel

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/internal/randommodel"
)

// Config is the architecture: two layers, grouped-query attention, tied embeddings, 256 tokens.
func Config() decoder.Config {
	return decoder.Config{
		Family:           family.Llama.ModelType,
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
		SpecialTokens:    decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
	}
}

// Qwen2 is Config as a Qwen2: biases on queries, keys and values, no token that begins a text.
func Qwen2() decoder.Config {
	c := Config()
	c.Family, c.QKVBias = family.Qwen2.ModelType, true
	c.RopeTheta, c.RMSNormEps, c.BOS = 1000000, 1e-6, decoder.NoToken
	return c
}

// Llama3 is Config with Llama 3's scaled positions, several tokens that end a turn and none for padding. The scaling has
// its bends at wave lengths that a head of 16 values has: of its frequencies the first three stay, two are interpolated,
// and three are divided by the factor.
func Llama3() decoder.Config {
	c := Config()
	c.RopeTheta = 10000
	c.RopeScaling = rotary.Scaling{Type: rotary.Llama3, Factor: 8, LowFreqFactor: 1, HighFreqFactor: 8, OriginalMaxPositions: 600}
	c.EOS, c.Pad = []int{2, 3}, decoder.NoToken
	return c
}

// Biased is Config with a bias on every projection and a vocabulary matrix apart from the embedding.
func Biased() decoder.Config {
	c := Config()
	c.QKVBias, c.AttentionOutBias, c.MLPBias, c.TiedEmbeddings = true, true, true, false
	return c
}

// Changed is Config after a change.
func Changed(change func(c *decoder.Config)) decoder.Config {
	c := Config()
	change(&c)
	return c
}

// Variant is a named architecture.
type Variant struct {
	Name   string
	Config decoder.Config
}

// Variants are architectures that differ where an implementation can go wrong.
func Variants() []Variant {
	return []Variant{
		{"grouped queries", Config()},
		{"a key head for each query head", Changed(func(c *decoder.Config) { c.KVHeads = 4 })},
		{"one key head", Changed(func(c *decoder.Config) { c.KVHeads = 1 })},
		{"heads wider than the model", Changed(func(c *decoder.Config) { c.HeadDim = 24 })},
		{"untied embeddings", Changed(func(c *decoder.Config) { c.TiedEmbeddings = false })},
		{"Qwen2: biases on q, k and v", Qwen2()},
		{"Llama 3: scaled positions", Llama3()},
		{"Qwen3: norms of query and key heads", Qwen3()},
		{"SmolLM3: a layer without rotary positions", SmolLM3()},
		{"Mistral: a sliding window", Mistral()},
		{"Granite: multipliers", Granite()},
		{"OLMo 2: norms after attention and MLP", OLMo2()},
		{"Gemma 3: two windows, two rotary bases, four norms", Gemma3()},
		{"Phi-3: joined projections, a part of each head rotated, longrope", Phi3()},
		{"linear scaling", Linear()},
		{"yarn", Yarn()},
		{"a bias on every projection", Biased()},
		{"SmolLM2's rope_theta, a large epsilon", Changed(func(c *decoder.Config) { c.RopeTheta, c.RMSNormEps = 100000, 0.1 })},
	}
}

// Write makes a model folder (config.json, model.safetensors in float32) that [weights.Load] reads, and returns its path.
// The same seed gives the same weights. The folder is deleted when the test ends.
func Write(t testing.TB, config decoder.Config, seed uint64) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := randommodel.Write(folder, config, seed); err != nil {
		t.Fatal(err)
	}
	return folder
}

// WriteTemplate is WriteChat with another chat template.
func WriteTemplate(t testing.TB, template string) (folder string) {
	t.Helper()
	folder = WriteChat(t, 1)
	writeFile(t, folder, "chat_template.jinja", []byte(template))
	return folder
}

func writeFile(t testing.TB, folder, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
