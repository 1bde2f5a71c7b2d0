package tinymodel

import (
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
)

// of is Config after a change, as a model of another family with the fields of config.json that only that family has.
func of(f family.Family, fields string, change func(c *decoder.Config)) decoder.Config {
	c := Changed(change)
	c.Family = f.ModelType
	if err := f.Read([]byte(fields), &c); err != nil {
		panic(err)
	}
	return c
}

// Qwen3 has norms of query and key heads, whose width is not hidden size over heads.
func Qwen3() decoder.Config {
	return of(family.Qwen3, `{}`, func(c *decoder.Config) { c.HeadDim, c.RopeTheta, c.RMSNormEps = 24, 1000000, 1e-6 })
}

// SmolLM3 has no rotary positions in its second layer.
func SmolLM3() decoder.Config {
	return of(family.SmolLM3, `{"no_rope_layers": [1, 0]}`, func(*decoder.Config) {})
}

// Window is the sliding window of Mistral and Gemma3, shorter than most tests' sequences.
const Window = 5

// Mistral has a sliding window in both layers.
func Mistral() decoder.Config {
	return of(family.Mistral, `{"sliding_window": 5}`, func(c *decoder.Config) { c.TiedEmbeddings = false })
}

// Granite has multipliers, none of them what a Llama has.
func Granite() decoder.Config {
	return of(family.Granite, `{"embedding_multiplier": 3, "residual_multiplier": 0.5, "attention_multiplier": 0.125, "logits_scaling": 4}`,
		func(*decoder.Config) {})
}

// OLMo2 normalizes what is added to the residual stream, and all query heads and all key heads together.
func OLMo2() decoder.Config {
	return of(family.OLMo2, `{}`, func(c *decoder.Config) { c.HeadDim, c.TiedEmbeddings = 24, false })
}

// Gemma3 has a layer with a window and other rotary positions than the layer without.
func Gemma3() decoder.Config {
	return of(family.Gemma3, `{"sliding_window": 5, "sliding_window_pattern": 2, "rope_local_base_freq": 500, "query_pre_attn_scalar": 50}`,
		func(c *decoder.Config) { c.HeadDim, c.RopeTheta = 24, 1000000 })
}

// Published models of three families, whose settings GGUF files don't have or have no place for: which layers of SmolLM3 have no
// rotary positions and which of Gemma 3 have no window, how Gemma 3 scales scores, and that Mistral has no window.
func Published() map[string]decoder.Config {
	layers := func(n, headDim int) func(*decoder.Config) {
		return func(c *decoder.Config) { c.Layers, c.HeadDim = n, headDim }
	}
	return map[string]decoder.Config{
		"SmolLM3": of(family.SmolLM3, `{}`, layers(4, 16)),
		"Mistral": of(family.Mistral, `{"sliding_window": null}`, func(c *decoder.Config) { c.TiedEmbeddings = false }),
		"Gemma 3": of(family.Gemma3, `{"sliding_window": 5, "rope_local_base_freq": 500, "query_pre_attn_scalar": 24}`, layers(6, 24)),
	}
}

// Phi3 rotates 12 of a head's 16 values, slower in sequences of more than 30 tokens.
func Phi3() decoder.Config {
	return of(family.Phi3, `{"sliding_window": null, "original_max_position_embeddings": 30}`, func(c *decoder.Config) {
		c.RotaryDim, c.TiedEmbeddings = 12, false
		c.RopeScaling = rotary.Scaling{Type: rotary.Long, ShortFactor: []float64{1, 1.1, 1.2, 1.5, 2, 3}, LongFactor: []float64{1, 2, 3, 5, 8, 13}}
	})
}

// Linear has rotary positions of half the speed.
func Linear() decoder.Config {
	return Changed(func(c *decoder.Config) { c.RopeScaling = rotary.Scaling{Type: rotary.Linear, Factor: 2} })
}

// Yarn keeps the frequencies of the first pairs of values, divides those of the last by 4, and interpolates between.
func Yarn() decoder.Config {
	return Changed(func(c *decoder.Config) {
		c.RopeScaling = rotary.Scaling{Type: rotary.Yarn, Factor: 4, OriginalMaxPositions: 256}
	})
}
