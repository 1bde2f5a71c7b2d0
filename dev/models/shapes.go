package main

import (
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
)

// A model is a published one, with the sizes in its config.json.
type model struct {
	name   string
	family family.Family
	fields string // of config.json that only its family has

	hidden, intermediate, layers, heads, kvHeads, headDim, vocabulary int
	tied                                                              bool // the embedding is the vocabulary matrix
}

const (
	granite = `{"embedding_multiplier": 12, "residual_multiplier": 0.22, "attention_multiplier": 0.015625, "logits_scaling": 8}`
	gemma1B = `{"sliding_window": 512, "query_pre_attn_scalar": 256}`
	gemma4B = `{"sliding_window": 1024, "query_pre_attn_scalar": 256}`
	none    = `{"sliding_window": null}`
)

var models = []model{
	{"SmolLM2-135M", family.Llama, "{}", 576, 1536, 30, 9, 3, 64, 49152, true},
	{"SmolLM2-360M", family.Llama, "{}", 960, 2560, 32, 15, 5, 64, 49152, true},
	{"SmolLM2-1.7B", family.Llama, "{}", 2048, 8192, 24, 32, 32, 64, 49152, true},
	{"SmolLM3-3B", family.SmolLM3, "{}", 2048, 11008, 36, 16, 4, 128, 128256, true},
	{"Qwen2.5-0.5B", family.Qwen2, "{}", 896, 4864, 24, 14, 2, 64, 151936, true},
	{"Qwen2.5-1.5B", family.Qwen2, "{}", 1536, 8960, 28, 12, 2, 128, 151936, true},
	{"Qwen2.5-3B", family.Qwen2, "{}", 2048, 11008, 36, 16, 2, 128, 151936, true},
	{"Qwen2.5-7B", family.Qwen2, "{}", 3584, 18944, 28, 28, 4, 128, 152064, false},
	{"Qwen3-0.6B", family.Qwen3, "{}", 1024, 3072, 28, 16, 8, 128, 151936, true},
	{"Qwen3-1.7B", family.Qwen3, "{}", 2048, 6144, 28, 16, 8, 128, 151936, true},
	{"Qwen3-4B", family.Qwen3, "{}", 2560, 9728, 36, 32, 8, 128, 151936, true},
	{"Qwen3-8B", family.Qwen3, "{}", 4096, 12288, 36, 32, 8, 128, 151936, false},
	{"Llama-3.2-1B", family.Llama, "{}", 2048, 8192, 16, 32, 8, 64, 128256, true},
	{"Llama-3.2-3B", family.Llama, "{}", 3072, 8192, 28, 24, 8, 128, 128256, true},
	{"Llama-3.1-8B", family.Llama, "{}", 4096, 14336, 32, 32, 8, 128, 128256, false},
	{"Gemma-3-1B", family.Gemma3, gemma1B, 1152, 6912, 26, 4, 1, 256, 262144, true},
	{"Gemma-3-4B (text)", family.Gemma3, gemma4B, 2560, 10240, 34, 8, 4, 256, 262208, true},
	{"Phi-4-mini", family.Phi3, none, 3072, 8192, 32, 24, 8, 128, 200064, true},
	{"Granite-3.3-2B", family.Granite, granite, 2048, 8192, 40, 32, 8, 64, 49159, true},
	{"Granite-3.3-8B", family.Granite, granite, 4096, 12800, 40, 32, 8, 128, 49159, true},
	{"OLMo-2-1B", family.OLMo2, "{}", 2048, 8192, 16, 16, 16, 128, 100352, false},
	{"OLMo-2-7B", family.OLMo2, "{}", 4096, 11008, 32, 32, 32, 128, 100352, false},
	{"Mistral-7B-v0.3", family.Mistral, none, 4096, 14336, 32, 32, 8, 128, 32768, false},
}

// config is the model's architecture, without what changes neither memory nor work.
func (m model) config() (decoder.Config, error) {
	c := decoder.Config{
		Family: m.family.ModelType, VocabSize: m.vocabulary, HiddenSize: m.hidden, IntermediateSize: m.intermediate, Layers: m.layers,
		Heads: m.heads, KVHeads: m.kvHeads, HeadDim: m.headDim, RMSNormEps: 1e-6, RopeTheta: 10000, MaxPositions: 4096, TiedEmbeddings: m.tied,
	}
	return c, m.family.Read([]byte(m.fields), &c)
}
