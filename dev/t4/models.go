package main

import (
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
)

// A model is an architecture by its name on the hub, and the precisions to compute it in.
type model struct {
	name       string
	config     decoder.Config
	precisions []precision
}

// precision is a number format of the layers' matrices.
type precision struct {
	name  string
	bytes float64 // of a weight in a matrix; in Q4_0 those of the vocabulary matrix take vocabularyBytes
}

var (
	float32s = precision{"float32", 4}
	float16s = precision{"float16", 2}
	q4       = precision{"Q4_0, computed in float16", 18. / 32}
)

// vocabularyBytes are those of a weight in Q6_K on a device: a code, and a scale in float32 for 16.
const vocabularyBytes = 1 + 4./16

// rank is the default rank of the adapter, on all projections.
const rank = 16

// row is the shape of a row as HH-RLHF's pairs need it.
var row = batch.Shape{Tokens: 768, Answers: 448, Pairs: 4}

// models are those of the tables, with sizes from their config.json.
func models() []model {
	smol := func(hidden, intermediate, layers, heads, kvHeads int) decoder.Config {
		return decoder.Config{
			Family: family.Llama.ModelType, VocabSize: 49152, HiddenSize: hidden, IntermediateSize: intermediate, Layers: layers,
			Heads: heads, KVHeads: kvHeads, HeadDim: 64, RMSNormEps: 1e-5, RopeTheta: 100000, MaxPositions: 8192, TiedEmbeddings: true,
			SpecialTokens: decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
		}
	}
	llama := smol(3072, 8192, 28, 24, 8)
	llama.VocabSize, llama.HeadDim, llama.RopeTheta = 128256, 128, 500000
	llama8 := smol(4096, 14336, 32, 32, 8)
	llama8.VocabSize, llama8.HeadDim, llama8.RopeTheta, llama8.TiedEmbeddings = 128256, 128, 500000, false
	both := []precision{float32s, float16s}
	return []model{
		{"SmolLM2-135M", smol(576, 1536, 30, 9, 3), both},
		{"SmolLM2-360M", smol(960, 2560, 32, 15, 5), both},
		{"SmolLM2-1.7B", smol(2048, 8192, 24, 32, 32), both},
		{"Llama-3.2-3B", llama, []precision{float16s}},
		{"Llama-3.1-8B", llama8, []precision{q4}},
	}
}
