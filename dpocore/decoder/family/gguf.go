package family

import (
	"maps"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
)

// GGUF describes a family's GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
type GGUF struct {
	Architecture string            // general.architecture, which is also the prefix of the family's keys
	Examples     string            // models whose files are known to work, for messages
	Names        map[string]string // Hugging Face's tensor names, or within a layer what follows its number, to GGUF's

	// Configure sets what all models of the family have and the file does not say, and what only its files say, under Keys;
	// nil for nothing. Sizes and rotary positions are read already.
	Configure func(file GGUFFile, c *decoder.Config) error
	Keys      []string

	// Restore undoes what the conversion to GGUF did to a tensor's values; nil if it did nothing. name is Hugging Face's.
	// For a matrix it only moves rows.
	Restore func(name string, values []float32, shape []int, c decoder.Config) []float32

	// Write returns what Configure reads: keys and additional tensors; nil for nothing.
	Write func(c decoder.Config) Extras

	// Store is the inverse of Restore for a vector whose values it changes; nil for none.
	Store func(values []float32) []float32

	Untied bool // llama.cpp loads no model of the architecture whose vocabulary matrix is its embedding

	Unsupported []string // tensors that only files have whose model this program does not compute
}

// GGUFFile is what a family reads of a file. Keys are without the architecture.
type GGUFFile interface {
	Integer(key string) int                  // 0 for a missing key
	Real(key string) float64                 // 0 for a missing key
	Vector(tensor string) ([]float32, error) // nil for a missing tensor
}

// Extras are what only files of a family have.
type Extras struct {
	Keys    map[string]any       // without the architecture: uint32 or float32
	Vectors map[string][]float32 // tensors
}

// Integer implements [GGUFFile].
func (e Extras) Integer(key string) int {
	value, _ := e.Keys[key].(uint32)
	return int(value)
}

// Real implements [GGUFFile].
func (e Extras) Real(key string) float64 {
	value, _ := e.Keys[key].(float32)
	return float64(value)
}

// Vector implements [GGUFFile].
func (e Extras) Vector(tensor string) ([]float32, error) { return e.Vectors[tensor], nil }

// Name is a tensor's name in GGUF, from Hugging Face's; "" for an unknown one.
func (g GGUF) Name(name string) string {
	rest, ok := strings.CutPrefix(name, "model.layers.")
	if !ok {
		return g.Names[name]
	}
	layer, part, _ := strings.Cut(rest, ".")
	return "blk." + layer + "." + g.Names[part]
}

// Order is what Restore does to the rows of a tensor: row i of the model is row order[i] of the file. It is nil if Restore
// changes values too.
func (g GGUF) Order(name string, rows int, c decoder.Config) (order []int) {
	index := make([]float32, rows)
	for row := range index {
		index[row] = float32(row)
	}
	if g.Restore != nil {
		index = g.Restore(name, index, []int{rows, 1}, c)
	}
	order, seen := make([]int, rows), make([]bool, rows)
	for i, row := range index {
		at := int(row)
		if float32(at) != row || at < 0 || at >= rows || seen[at] {
			return nil
		}
		order[i], seen[at] = at, true
	}
	return order
}

// with adds names to those that most families share.
func with(more ...map[string]string) map[string]string {
	names := maps.Clone(ggufNames)
	for _, list := range more {
		maps.Copy(names, list)
	}
	return names
}

// ggufNames are the names that most families share.
var ggufNames = map[string]string{
	"model.embed_tokens.weight":       "token_embd.weight",
	"model.norm.weight":               "output_norm.weight",
	"lm_head.weight":                  "output.weight",
	"input_layernorm.weight":          "attn_norm.weight",
	"post_attention_layernorm.weight": "ffn_norm.weight",
	"self_attn.q_proj.weight":         "attn_q.weight",
	"self_attn.k_proj.weight":         "attn_k.weight",
	"self_attn.v_proj.weight":         "attn_v.weight",
	"self_attn.o_proj.weight":         "attn_output.weight",
	"mlp.gate_proj.weight":            "ffn_gate.weight",
	"mlp.up_proj.weight":              "ffn_up.weight",
	"mlp.down_proj.weight":            "ffn_down.weight",
}

// ggufBiases are the names of the biases of queries, keys and values.
var ggufBiases = map[string]string{
	"self_attn.q_proj.bias": "attn_q.bias",
	"self_attn.k_proj.bias": "attn_k.bias",
	"self_attn.v_proj.bias": "attn_v.bias",
}

// ggufHeadNorms are the names of the norms of query and key heads.
var ggufHeadNorms = map[string]string{
	"self_attn.q_norm.weight": "attn_q_norm.weight",
	"self_attn.k_norm.weight": "attn_k_norm.weight",
}

// withBlock sets the block of all models of a family.
func withBlock(block decoder.Block) func(GGUFFile, *decoder.Config) error {
	return func(_ GGUFFile, c *decoder.Config) error {
		c.Block = block
		return nil
	}
}

// restoreHeads restores the order of the rows of q and k, see [unpermute].
func restoreHeads(name string, values []float32, shape []int, c decoder.Config) []float32 {
	switch {
	case strings.HasSuffix(name, "q_proj.weight"):
		return unpermute(values, shape, c.Heads)
	case strings.HasSuffix(name, "k_proj.weight"):
		return unpermute(values, shape, c.KVHeads)
	}
	return values
}

// noBiases are tensors of files with biases.
var noBiases = []string{"blk.0.attn_q.bias", "blk.0.attn_output.bias", "blk.0.ffn_up.bias"}

var qwen2GGUF = &GGUF{
	Architecture: "qwen2",
	Examples:     "Qwen2, Qwen2.5",
	Names:        with(ggufBiases),
	Configure:    func(_ GGUFFile, c *decoder.Config) error { c.QKVBias = true; return nil },
	Unsupported:  []string{"rope_freqs.weight", "blk.0.attn_output.bias", "blk.0.ffn_up.bias"},
}

var qwen3GGUF = &GGUF{
	Architecture: "qwen3",
	Examples:     "Qwen3",
	Names:        with(ggufHeadNorms),
	Configure:    withBlock(normedHeads{}),
	Unsupported:  []string{"rope_freqs.weight", "blk.0.attn_q.bias", "blk.0.attn_output.bias", "blk.0.ffn_up.bias"},
}
