package tokenizer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/internal/wording"
)

// form is what a tokenizer does besides its vocabulary and merges, as tokenizer.json has it. GGUF files only have its name.
type form struct {
	pre           string // tokenizer.ggml.pre
	normalizer    any
	preTokenizer  any
	decoder       any
	ignoresMerges bool // a word that is in the vocabulary is one token, whatever the merges
	addsBOS       bool // at the begin of a text, unless the file says otherwise
	pieces        bool // SentencePiece: scores in place of merges, and bytes as tokens
}

// Patterns by which texts are split before merging, from the tokenizer.json of the models.
const (
	qwen2Pattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// byteLevelForms are the forms of byte-level BPE, which GGUF calls gpt2.
var byteLevelForms = []form{
	{pre: "smollm", preTokenizer: sequence(object{"type": "Digits", "individual_digits": true}, gpt2), decoder: gpt2},
	{pre: "gpt-2", preTokenizer: gpt2, decoder: gpt2},
	{pre: "qwen2", normalizer: object{"type": "NFC"}, preTokenizer: sequence(isolated(qwen2Pattern), bytesOnly), decoder: bytesOnly},
	{pre: "llama-bpe", preTokenizer: sequence(isolated(llama3Pattern), bytesOnly), decoder: bytesOnly, ignoresMerges: true, addsBOS: true},
}

var (
	gpt2      = object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	bytesOnly = object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}
)

func sequence(parts ...object) object { return object{"type": "Sequence", "pretokenizers": parts} }

// isolated splits a text into the matches of a pattern and what is between them.
func isolated(pattern string) object {
	return object{"type": "Split", "pattern": object{"Regex": pattern}, "behavior": "Isolated", "invert": false}
}

// Spaces of SentencePiece are this character.
const pieceSpace = "▁"

// pieceForm is that of SentencePiece, which GGUF calls llama, as in the tokenizer.json of Llama 2 and Phi-3, with a space in
// front of each text, and in that of Gemma, without.
func pieceForm(spaceInFront bool) form {
	replaced := object{"type": "Replace", "pattern": object{"String": " "}, "content": pieceSpace}
	decoders := []object{
		{"type": "Replace", "pattern": object{"String": pieceSpace}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
	}
	f := form{pre: "default", normalizer: replaced, addsBOS: true, pieces: true}
	if spaceInFront {
		f.normalizer = object{"type": "Sequence", "normalizers": []object{{"type": "Prepend", "prepend": pieceSpace}, replaced}}
		decoders = append(decoders, object{"type": "Strip", "content": " ", "start": 1, "stop": 0})
	}
	f.decoder = object{"type": "Sequence", "decoders": decoders}
	return f
}

// readForm returns the form of a file's tokenizer, or an error for one that this package can't reproduce.
func readForm(file *gguf.File) (f form, err error) {
	const instead = "use the model's folder with tokenizer.json"
	pre := text(file, "pre")
	switch model := text(file, "model"); model {
	case "gpt2":
		i := slices.IndexFunc(byteLevelForms, func(f form) bool { return f.pre == pre })
		if i < 0 {
			var known []string
			for _, f := range byteLevelForms {
				known = append(known, fmt.Sprintf("%q", f.pre))
			}
			return f, fmt.Errorf("tokenizer.ggml.pre is %q; this program knows %s in a GGUF file; %s", pre, wording.And(known), instead)
		}
		f = byteLevelForms[i]
		if value(file, "add_space_prefix").Bool() {
			return f, fmt.Errorf("tokenizer.ggml.add_space_prefix is true, which is not supported for byte-level BPE; %s", instead)
		}
	case "llama":
		f = pieceForm(flag(file, "add_space_prefix", true))
		if cmp.Or(pre, f.pre) != f.pre {
			return f, fmt.Errorf("tokenizer.ggml.pre is %q; this program knows %q for SentencePiece in a GGUF file; %s", pre, f.pre, instead)
		}
	default:
		return f, fmt.Errorf("tokenizer.ggml.model is %q; this program knows \"gpt2\" (byte-level BPE) and \"llama\" (SentencePiece) in a GGUF file; %s", model, instead)
	}
	if value(file, "add_eos_token").Bool() {
		return f, fmt.Errorf("tokenizer.ggml.add_eos_token is true, which is not supported in a GGUF file; %s", instead)
	}
	f.addsBOS = flag(file, "add_bos_token", f.addsBOS)
	return f, nil
}

// flag returns a boolean value, or otherwise if the file does not have it.
func flag(file *gguf.File, key string, otherwise bool) bool {
	if kv, ok := file.GetKeyValue("tokenizer.ggml." + key); ok {
		return kv.Bool()
	}
	return otherwise
}
