package tokenizer

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// metadata is the metadata of a small GGUF file. Values are string, bool, uint32,
// []string, []int32 or []float32.
type metadata map[string]any

func tinyMetadata() metadata {
	return metadata{
		"general.architecture":        "llama",
		"llama.context_length":        uint32(128),
		"tokenizer.ggml.model":        "gpt2",
		"tokenizer.ggml.pre":          "smollm",
		"tokenizer.ggml.tokens":       []string{"<e>", "1", "2", "12", "<u>"},
		"tokenizer.ggml.token_type":   []int32{3, 1, 1, 1, 4},
		"tokenizer.ggml.merges":       []string{"1 2"},
		"tokenizer.ggml.eos_token_id": uint32(0),
	}
}

// write writes a GGUF file without tensors.
func (m metadata) write(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	put := func(values ...any) {
		for _, value := range values {
			if s, ok := value.(string); ok {
				binary.Write(&out, binary.LittleEndian, uint64(len(s)))
				out.WriteString(s)
				continue
			}
			binary.Write(&out, binary.LittleEndian, value)
		}
	}
	out.WriteString("GGUF")
	put(uint32(3), uint64(0), uint64(len(m)))
	for key, value := range m {
		put(key)
		switch v := value.(type) {
		case string:
			put(uint32(8), v)
		case bool:
			put(uint32(7), v)
		case uint32:
			put(uint32(4), v)
		case []int32:
			put(uint32(9), uint32(5), uint64(len(v)), v)
		case []float32:
			put(uint32(9), uint32(6), uint64(len(v)), v)
		case []string:
			put(uint32(9), uint32(8), uint64(len(v)))
			for _, s := range v {
				put(s)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGGUFDigits: "12" is one token in the vocabulary, which smollm's digit
// splitting never produces and GPT-2's pattern does.
func TestGGUFDigits(t *testing.T) {
	for pre, want := range map[string][]int32{"smollm": {1, 2, 4}, "refact": {1, 2, 4}, "gpt-2": {3, 4}} {
		m := tinyMetadata()
		m["tokenizer.ggml.pre"] = pre
		tok, err := Open(m.write(t))
		if err != nil {
			t.Fatal(err)
		}
		defer tok.Close()
		if got, err := tok.Encode("12<u>"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want %v", pre, got, err, want)
		}
	}
}

func TestUnsupportedGGUF(t *testing.T) {
	for name, test := range map[string]struct {
		key   string
		value any
		want  string
	}{
		"another split":    {"tokenizer.ggml.pre", "bloom", `tokenizer.ggml.pre is "bloom"; this program knows "smollm", "refact", "gpt-2", "qwen2", "llama-bpe", "dbrx", "gpt-4o" and "tekken"`},
		"no split named":   {"tokenizer.ggml.pre", nil, `tokenizer.ggml.pre is ""`},
		"Unigram":          {"tokenizer.ggml.model", "t5", `tokenizer.ggml.model is "t5"`},
		"no SentencePiece": {"tokenizer.ggml.model", "llama", `tokenizer.ggml.pre is "smollm"`},
		"adds an end":      {"tokenizer.ggml.add_eos_token", true, "add_eos_token"},
		"space before":     {"tokenizer.ggml.add_space_prefix", true, "add_space_prefix"},
		"no tokens":        {"tokenizer.ggml.tokens", nil, "0 tokens"},
		"types missing":    {"tokenizer.ggml.token_type", []int32{3, 1}, "2 token types"},
		"byte tokens":      {"tokenizer.ggml.token_type", []int32{3, 1, 1, 6, 4}, "type 6"},
		"double token":     {"tokenizer.ggml.tokens", []string{"<e>", "1", "2", "2", "<u>"}, `are both "2"`},
		"strange merge":    {"tokenizer.ggml.merges", []string{"1 2", "1 3"}, `merge 1`},
		"merge of one":     {"tokenizer.ggml.merges", []string{"12"}, "merge 0"},
		"end out of range": {"tokenizer.ggml.eos_token_id", uint32(5), "eos_token_id is 5"},
		"no end":           {"tokenizer.ggml.eos_token_id", nil, "eos_token"},
	} {
		t.Run(name, func(t *testing.T) {
			m := tinyMetadata()
			m[test.key] = test.value
			if test.value == nil {
				delete(m, test.key)
			}
			_, err := Open(m.write(t))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestGGUFCutOff(t *testing.T) {
	path := tinyMetadata().write(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := range data {
		if err := os.WriteFile(path, data[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil {
			t.Fatalf("no error for the first %d of %d bytes", size, len(data))
		}
	}
}
