package family

import (
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
)

// GGUF describes a family's GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
type GGUF struct {
	Architecture string            // general.architecture, which is also the prefix of the family's keys
	Examples     string            // models whose files are known to work, for messages
	Names        map[string]string // Hugging Face's tensor names, or within a layer what follows its number, to GGUF's

	// Restore undoes what the conversion to GGUF did to a tensor's values. name is Hugging Face's.
	Restore func(name string, values []float32, shape []int, c decoder.Config) []float32

	Unsupported []string // tensors that only files have whose model this program does not compute
}

// Name is a tensor's name in GGUF, from Hugging Face's; "" for an unknown one.
func (g GGUF) Name(name string) string {
	rest, ok := strings.CutPrefix(name, "model.layers.")
	if !ok {
		return g.Names[name]
	}
	layer, part, _ := strings.Cut(rest, ".")
	return "blk." + layer + "." + g.Names[part]
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
