// Command tiny writes folders of models with random weights and SmolLM2's tokenizer, of the families but Phi-3, below the folder
// that is named on the command line. Their rows of 256 and 512 values fill the blocks of every type of GGUF files.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/randommodel"
)

// models are those of the families, with settings that GGUF files can hold.
var models = []struct {
	name   string
	family family.Family
	fields string // of config.json
	change func(c *decoder.Config)
}{
	{"llama", family.Llama, "{}", nil},
	{"qwen2", family.Qwen2, "{}", nil},
	{"qwen3", family.Qwen3, "{}", nil},
	{"smollm3", family.SmolLM3, "{}", nil},
	{"mistral", family.Mistral, `{"sliding_window": null}`, nil},
	{"granite", family.Granite, `{"embedding_multiplier": 12, "residual_multiplier": 0.22, "attention_multiplier": 0.015625, "logits_scaling": 8}`, nil},
	{"olmo2", family.OLMo2, "{}", func(c *decoder.Config) { c.TiedEmbeddings = false }}, // llama.cpp knows no other
	{"gemma3", family.Gemma3, `{"sliding_window": 20, "query_pre_attn_scalar": 64}`, nil},
	{"linear", family.Llama, "{}", scaled(rotary.Scaling{Type: rotary.Linear, Factor: 2})},
	{"yarn", family.Qwen3, "{}", scaled(rotary.Scaling{Type: rotary.Yarn, Factor: 4, OriginalMaxPositions: 256})},
}

func scaled(scaling rotary.Scaling) func(*decoder.Config) {
	return func(c *decoder.Config) { c.RopeScaling = scaling }
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	path, err := deps.GGUF()
	if err != nil {
		return err
	}
	tok, err := tokenizer.Open(path)
	if err != nil {
		return err
	}
	defer tok.Close()
	for _, model := range models {
		f := model.family
		c := decoder.Config{
			Family: f.ModelType, VocabSize: tok.VocabSize(), HiddenSize: 256, IntermediateSize: 512, Layers: 6, Heads: 4, KVHeads: 2,
			HeadDim: 64, RMSNormEps: 1e-6, RopeTheta: 100000, MaxPositions: 1024, TiedEmbeddings: true,
			SpecialTokens: decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
		}
		if model.change != nil {
			model.change(&c)
		}
		if err := f.Read([]byte(model.fields), &c); err != nil {
			return err
		}
		folder := filepath.Join(dir, model.name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := randommodel.Write(folder, c, 5); err != nil {
			return err
		}
		if err := tok.WriteFiles(folder); err != nil {
			return err
		}
	}
	return nil
}
