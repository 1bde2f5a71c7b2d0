// Package tinymodel makes model folders for tests: a Llama of two layers with random weights, whose graphs compile and
// run in a fraction of a second.
package tinymodel

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// deviation is the standard deviation of the matrices' values. It is large for a model of this width, so that logits differ clearly.
const deviation = 0.1

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
	c.RopeScaling = decoder.RopeScaling{Factor: 8, LowFreqFactor: 1, HighFreqFactor: 8, OriginalMaxPositions: 600}
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
		{"a bias on every projection", Biased()},
		{"SmolLM2's rope_theta, a large epsilon", Changed(func(c *decoder.Config) { c.RopeTheta, c.RMSNormEps = 100000, 0.1 })},
	}
}

// Write makes a model folder (config.json, model.safetensors in float32) that [weights.Load] reads, and returns its path.
// The same seed gives the same weights. The folder is deleted when the test ends.
func Write(t testing.TB, config decoder.Config, seed uint64) (folder string) {
	t.Helper()
	folder = t.TempDir()
	raw, err := weights.ConfigJSON(config, "float32")
	if err != nil {
		t.Fatalf("write the tiny model: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), raw, 0o644); err != nil {
		t.Fatalf("write the tiny model: %v", err)
	}
	if err := safetensors.Write(filepath.Join(folder, "model.safetensors"), "F32", tensors(config, seed)); err != nil {
		t.Fatalf("write the tiny model: %v", err)
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

// tensors lists a model's tensors under Hugging Face's names: matrices around 0, norms around 1.
func tensors(c decoder.Config, seed uint64) []safetensors.Tensor {
	random := rand.New(rand.NewPCG(seed, 0))
	var list []safetensors.Tensor
	add := func(name string, mean float64, shape ...int) {
		values := make([]float32, safetensors.Info{Shape: shape}.Size())
		for i := range values {
			values[i] = float32(mean + deviation*random.NormFloat64())
		}
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }})
	}
	biases := map[string]bool{}
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			biases[part.Name] = strings.HasSuffix(part.Name, ".bias")
		}
	}
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			bias := strings.TrimSuffix(part.Name, "weight") + "bias"
			switch {
			case biases[part.Name]: // follows its matrix
				continue
			case len(slot.Dims) == 1:
				add(part.Name, 1, part.Rows)
			case slot.Transposed:
				add(part.Name, 0, part.Rows, slot.Dims[0])
			default:
				add(part.Name, 0, part.Rows, slot.Dims[1])
			}
			if biases[bias] {
				add(bias, 0, part.Rows)
			}
		}
	}
	return list
}
