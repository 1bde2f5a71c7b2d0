package tokenizer

import (
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/tokenizer/ggufform"
)

// piecesMetadata are those of a SentencePiece vocabulary.
func piecesMetadata() metadata {
	return metadata{
		"general.architecture":            "phi3",
		"tokenizer.ggml.model":            "llama",
		"tokenizer.ggml.pre":              "default",
		"tokenizer.ggml.tokens":           []string{"<unk>", "<s>", "<0x41>", "▁", "a", "b", "ab", "▁a", "▁ab", "  ", "<|end|>", "B"},
		"tokenizer.ggml.token_type":       []int32{2, 3, 6, 1, 1, 1, 1, 1, 1, 4, 3, 1},
		"tokenizer.ggml.scores":           []float32{0, 0, 0, -3, -4, -5, -6, -7, -8, -1000, 0, -9},
		"tokenizer.ggml.eos_token_id":     uint32(10),
		"tokenizer.ggml.bos_token_id":     uint32(1),
		"tokenizer.ggml.unknown_token_id": uint32(0),
	}
}

// Merges follow from the scores: two blanks come first, whatever the score that the conversion gave them; then ab (-6), ▁a (-7)
// and ▁ab (-8) from its two pairs of parts, that with the longer first part first.
func TestPieceMerges(t *testing.T) {
	v := &vocabulary{
		tokens: []string{"▁", "a", "b", "ab", "▁a", "▁ab", "▁▁", "<s>", "<", "s>"},
		types:  []int64{1, 1, 1, 1, 1, 1, ggufform.UserDefined, ggufform.Control, 1, 1},
		scores: []float32{-3, -4, -5, -6, -7, -8, -1000, 0, -9, -10},
	}
	want := [][2]string{{"▁", "▁"}, {"a", "b"}, {"▁", "a"}, {"▁a", "b"}, {"▁", "ab"}}
	if got := ggufform.PieceMerges(v.tokens, v.types, v.scores); !reflect.DeepEqual(got, want) {
		t.Errorf("the merges are %q; want %q", got, want)
	}
}

// A text gets a blank in front, letters outside of the vocabulary are bytes or unknown, and Phi-3's control tokens remove the
// white space after them, except <s>.
func TestPieces(t *testing.T) {
	for name, c := range map[string]struct {
		change func(metadata)
		text   string
		want   []int32
	}{
		"a blank in front":     {nil, "ab", []int32{8}},
		"no blank in front":    {func(m metadata) { m["tokenizer.ggml.add_space_prefix"] = false }, "ab", []int32{6}},
		"a byte":               {nil, "A", []int32{3, 2}},
		"unknown":              {nil, "é", []int32{3, 0}},
		"three blanks":         {nil, "  ", []int32{9, 3}},
		"strips on the right":  {nil, "<|end|>  \nab", []int32{10, 8}},
		"<s> does not":         {nil, "<s> ab", []int32{1, 9, 6}},
		"other models' do not": {func(m metadata) { m["general.architecture"] = "llama" }, "<|end|> ab", []int32{10, 9, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			m := piecesMetadata()
			if c.change != nil {
				c.change(m)
			}
			tok, err := Open(m.write(t))
			if err != nil {
				t.Fatal(err)
			}
			defer tok.Close()
			if got, err := tok.EncodeControl(c.text); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%q is %v, %v; want %v", c.text, got, err, c.want)
			}
		})
	}
}

// What a text begins with is in tokenizer.json for other programs, and ids here have nothing in front.
func TestGGUFBegin(t *testing.T) {
	for name, c := range map[string]struct {
		change func(metadata)
		begins bool
	}{
		"by default":   {nil, true},
		"if it is set": {func(m metadata) { m["tokenizer.ggml.add_bos_token"] = true }, true},
		"not":          {func(m metadata) { m["tokenizer.ggml.add_bos_token"] = false }, false},
		"without one":  {func(m metadata) { delete(m, "tokenizer.ggml.bos_token_id") }, false},
	} {
		m := piecesMetadata()
		if c.change != nil {
			c.change(m)
		}
		tok, err := Open(m.write(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(tok.JSON()), "TemplateProcessing"); got != c.begins {
			t.Errorf("%s: a text begins with a token: %v; want %v", name, got, c.begins)
		}
		if err := tok.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m := piecesMetadata()
	m["tokenizer.ggml.scores"] = []float32{0}
	if _, err := Open(m.write(t)); err == nil || !strings.Contains(err.Error(), "12 tokens and 1 scores") {
		t.Errorf("a file without scores: %v", err)
	}
}
