package ggufvocab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/gonb-dpo/dpocore/export/ggufvocab"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/gguffile"
	"example.com/gonb-dpo/internal/tinymodel"
)

// gpt4 and o200k are the patterns of GPT-4's and GPT-4o's tokenizers, as files that were converted from tiktoken have them; tekken is
// that of Mistral NeMo's.
const (
	gpt4   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	o200k  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	tekken = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// A tokenizer that splits as those of these models do has llama.cpp's name for it, however its file writes the split, and the
// tokenizer that is read back from the file gives a text the same ids.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		name, pattern, behavior string
		invert, ignoresMerges   bool
	}{
		{"llama-bpe", gpt4, "Isolated", false, true}, // SmolLM3's too
		{"dbrx", gpt4, "Removed", true, false},
		{"dbrx", gpt4, "Isolated", false, false},
		{"gpt-4o", o200k, "Removed", true, false},
		{"tekken", tekken, "Isolated", false, true},
	} {
		tok := splitting(t, c.pattern, c.behavior, c.invert, c.ignoresMerges)
		entries, err := ggufvocab.Metadata(tok, 49152, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		at := slices.IndexFunc(entries, func(e gguffile.Entry) bool { return e.Key == "tokenizer.ggml.pre" })
		if entries[at].Value != c.name {
			t.Errorf("the name is %v, want %s", entries[at].Value, c.name)
		}
		path := filepath.Join(t.TempDir(), "vocabulary.gguf")
		if err := gguffile.Write(path, append(entries, gguffile.Entry{Key: "general.architecture", Value: "llama"}), nil); err != nil {
			t.Fatal(err)
		}
		read, err := tokenizer.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer read.Close()
		const text = "It's HelloWorld, they'RE 12345 ½ …//\r\n\n  ǅungla 日本語"
		want, err := tok.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read.Encode(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: the file gives %v, want %v (%v)", c.name, got, want, err)
		}
	}
}

// splitting is the tokenizer of a test model, with another split.
func splitting(t *testing.T, pattern, behavior string, invert, ignoresMerges bool) *tokenizer.Tokenizer {
	t.Helper()
	folder := tinymodel.WriteChat(t, 1)
	path := filepath.Join(folder, "tokenizer.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	file["normalizer"] = nil
	file["pre_tokenizer"] = map[string]any{"type": "Sequence", "pretokenizers": []any{
		map[string]any{"type": "Split", "pattern": map[string]any{"Regex": pattern}, "behavior": behavior, "invert": invert},
		map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
	}}
	file["model"].(map[string]any)["ignore_merges"] = ignoresMerges
	if raw, err = json.Marshal(file); err == nil {
		err = os.WriteFile(path, raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	return tok
}
