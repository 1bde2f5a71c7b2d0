// Package ggufform knows the tokenizers of GGUF files, which have vocabulary, merges or scores, and a name for the rest. Start with
// [Read] and [ByteLevel].
package ggufform

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/internal/wording"
)

// Object is a JSON object. encoding/json sorts its fields by name, so the same vocabulary always gives the same bytes.
type Object map[string]any

// Form is what a tokenizer does besides its vocabulary and merges, as tokenizer.json has it. GGUF files only have its name.
type Form struct {
	Pre           string // tokenizer.ggml.pre
	Normalizer    any
	PreTokenizer  any
	Decoder       any
	IgnoresMerges bool // a word that is in the vocabulary is one token, whatever the merges
	AddsBOS       bool // at the begin of a text, unless the file says otherwise
	Pieces        bool // SentencePiece: scores in place of merges, and bytes as tokens
}

// Patterns by which texts are split before merging, from the tokenizer.json of the models.
const (
	qwen2Pattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	gpt4oPattern  = `[^\r\n\p{L}\p{N}]?` + upper + `*` + lower + `+` + contraction + `?|[^\r\n\p{L}\p{N}]?` + upper + `+` + lower + `*` + contraction + `?|\p{N}{1,3}` + others
	tekkenPattern = `[^\r\n\p{L}\p{N}]?` + upper + `*` + lower + `+|[^\r\n\p{L}\p{N}]?` + upper + `+` + lower + `*|\p{N}` + others

	upper       = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
	lower       = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
	contraction = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
	others      = `| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// ByteLevel are the forms of byte-level BPE, which GGUF calls gpt2.
var ByteLevel = []Form{
	{Pre: "smollm", PreTokenizer: sequence(Object{"type": "Digits", "individual_digits": true}, gpt2), Decoder: gpt2},
	{Pre: "refact", PreTokenizer: sequence(Object{"type": "Digits", "individual_digits": true}, gpt2), Decoder: gpt2}, // Granite's, the same
	{Pre: "gpt-2", PreTokenizer: gpt2, Decoder: gpt2},
	{Pre: "qwen2", Normalizer: Object{"type": "NFC"}, PreTokenizer: sequence(isolated(qwen2Pattern), bytesOnly), Decoder: bytesOnly},
	{Pre: "llama-bpe", PreTokenizer: sequence(isolated(llama3Pattern), bytesOnly), Decoder: bytesOnly, IgnoresMerges: true, AddsBOS: true},
	{Pre: "dbrx", PreTokenizer: sequence(isolated(llama3Pattern), bytesOnly), Decoder: bytesOnly},                                       // OLMo 2's, that of GPT-4
	{Pre: "gpt-4o", PreTokenizer: sequence(isolated(gpt4oPattern), bytesOnly), Decoder: bytesOnly},                                      // Phi-4-mini's
	{Pre: "tekken", PreTokenizer: sequence(isolated(tekkenPattern), bytesOnly), Decoder: bytesOnly, IgnoresMerges: true, AddsBOS: true}, // Mistral NeMo's
}

var (
	gpt2      = Object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	bytesOnly = Object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}
)

func sequence(parts ...Object) Object { return Object{"type": "Sequence", "pretokenizers": parts} }

// isolated splits a text into the matches of a pattern and what is between them.
func isolated(pattern string) Object {
	return Object{"type": "Split", "pattern": Object{"Regex": pattern}, "behavior": "Isolated", "invert": false}
}

// Space is the character of spaces in SentencePiece.
const Space = "▁"

// Pieces is that of SentencePiece, which GGUF calls llama, as in the tokenizer.json of Llama 2 and Phi-3, with a space in
// front of each text, and in that of Gemma, without.
func Pieces(spaceInFront bool) Form {
	replaced := Object{"type": "Replace", "pattern": Object{"String": " "}, "content": Space}
	decoders := []Object{
		{"type": "Replace", "pattern": Object{"String": Space}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
	}
	f := Form{Pre: "default", Normalizer: replaced, AddsBOS: true, Pieces: true}
	if spaceInFront {
		f.Normalizer = Object{"type": "Sequence", "normalizers": []Object{{"type": "Prepend", "prepend": Space}, replaced}}
		decoders = append(decoders, Object{"type": "Strip", "content": " ", "start": 1, "stop": 0})
	}
	f.Decoder = Object{"type": "Sequence", "decoders": decoders}
	return f
}

// Read returns the form of a file's tokenizer, or an error for one that this package can't reproduce.
func Read(file *gguf.File) (f Form, err error) {
	const instead = "use the model's folder with tokenizer.json"
	pre := text(file, "pre")
	switch model := text(file, "model"); model {
	case "gpt2":
		i := slices.IndexFunc(ByteLevel, func(f Form) bool { return f.Pre == pre })
		if i < 0 {
			var known []string
			for _, f := range ByteLevel {
				known = append(known, fmt.Sprintf("%q", f.Pre))
			}
			return f, fmt.Errorf("tokenizer.ggml.pre is %q; this program knows %s in a GGUF file; %s", pre, wording.And(known), instead)
		}
		f = ByteLevel[i]
		if Value(file, "add_space_prefix").Bool() {
			return f, fmt.Errorf("tokenizer.ggml.add_space_prefix is true, which is not supported for byte-level BPE; %s", instead)
		}
	case "llama":
		f = Pieces(flag(file, "add_space_prefix", true))
		if cmp.Or(pre, f.Pre) != f.Pre {
			return f, fmt.Errorf("tokenizer.ggml.pre is %q; this program knows %q for SentencePiece in a GGUF file; %s", pre, f.Pre, instead)
		}
	default:
		return f, fmt.Errorf("tokenizer.ggml.model is %q; this program knows \"gpt2\" (byte-level BPE) and \"llama\" (SentencePiece) in a GGUF file; %s", model, instead)
	}
	if Value(file, "add_eos_token").Bool() {
		return f, fmt.Errorf("tokenizer.ggml.add_eos_token is true, which is not supported in a GGUF file; %s", instead)
	}
	f.AddsBOS = flag(file, "add_bos_token", f.AddsBOS)
	return f, nil
}

// Value returns the value of a tokenizer.ggml key, or an empty value.
func Value(file *gguf.File, key string) gguf.Value {
	kv, _ := file.GetKeyValue("tokenizer.ggml." + key)
	return kv.Value
}

func text(file *gguf.File, key string) string { return Value(file, key).String() }

// flag returns a boolean value, or otherwise if the file does not have it.
func flag(file *gguf.File, key string, otherwise bool) bool {
	if kv, ok := file.GetKeyValue("tokenizer.ggml." + key); ok {
		return kv.Bool()
	}
	return otherwise
}
