package family

import (
	"slices"
	"testing"
)

// Two heads of four rows of two values. In GGUF a head's rows are in the order 0, 2, 1, 3: row i of the first half is
// followed by row i of the second. A row contains its number in Hugging Face's order and that number plus a half.
func TestUnpermute(t *testing.T) {
	stored := []float32{
		0, 0.5, 2, 2.5, 1, 1.5, 3, 3.5, // head 0
		4, 4.5, 6, 6.5, 5, 5.5, 7, 7.5, // head 1
	}
	want := []float32{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5}
	if got := unpermute(stored, []int{8, 2}, 2); !slices.Equal(got, want) {
		t.Errorf("unpermute gives %v; want %v", got, want)
	}
	// One head of six rows, one value each: pairs (0,3), (1,4), (2,5).
	if got := unpermute([]float32{0, 3, 1, 4, 2, 5}, []int{6, 1}, 1); !slices.Equal(got, []float32{0, 1, 2, 3, 4, 5}) {
		t.Errorf("unpermute gives %v; want 0 to 5", got)
	}
}

func TestGGUFNames(t *testing.T) {
	for name, want := range map[string]string{
		"model.embed_tokens.weight":                      "token_embd.weight",
		"model.layers.0.input_layernorm.weight":          "blk.0.attn_norm.weight",
		"model.layers.29.self_attn.o_proj.weight":        "blk.29.attn_output.weight",
		"model.layers.7.post_attention_layernorm.weight": "blk.7.ffn_norm.weight",
		"model.layers.12.mlp.down_proj.weight":           "blk.12.ffn_down.weight",
		"model.norm.weight":                              "output_norm.weight",
		"lm_head.weight":                                 "output.weight",
	} {
		if got := Llama.GGUF.Name(name); got != want {
			t.Errorf("Name(%q) = %q; want %q", name, got, want)
		}
	}
}
