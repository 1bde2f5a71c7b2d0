package export

import (
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/weights/ggml"
)

// fileType is a type of a whole GGUF file, as llama.cpp names them.
type fileType struct {
	name   string
	number uint32 // general.file_type
	most   string // of the matrices
	better string // of the vocabulary matrix; "" if it is like the others
	mixed  bool   // and of the value and down projections of some layers
}

var fileTypes = []fileType{
	{name: "f32", number: 0, most: "F32"},
	{name: "f16", number: 1, most: "F16"},
	{name: "bf16", number: 32, most: "BF16"},
	{name: "q8_0", number: 7, most: "Q8_0"},
	{name: "q4_0", number: 2, most: "Q4_0", better: "Q6_K"},
	{name: "q4_k_m", number: 15, most: "Q4_K", better: "Q6_K", mixed: true},
	{name: "q5_k_m", number: 17, most: "Q5_K", better: "Q6_K", mixed: true},
	{name: "q6_k", number: 18, most: "Q6_K"},
}

func findFileType(name string) (fileType, bool) {
	i := slices.IndexFunc(fileTypes, func(t fileType) bool { return t.name == name })
	if i < 0 {
		return fileType{}, false
	}
	return fileTypes[i], true
}

// tensorPlace is where a tensor is in a model.
type tensorPlace struct {
	name          string // GGUF's
	layer, layers int
	tied          bool // the embedding is the vocabulary matrix
}

// of is the type of a tensor, as llama.cpp's quantization chooses it
// (https://github.com/ggml-org/llama.cpp/blob/master/src/llama-quant.cpp). Vectors are in full precision.
func (t fileType) of(p tensorPlace, shape []int) ggml.Type {
	if len(shape) == 1 {
		return ggml.Named("F32")
	}
	name := t.most
	isVocabulary := p.name == "output.weight" || p.tied && p.name == "token_embd.weight"
	sensitive := strings.HasSuffix(p.name, ".attn_v.weight") || strings.HasSuffix(p.name, ".ffn_down.weight")
	switch {
	case t.better != "" && isVocabulary || t.mixed && sensitive && keepsMore(p.layer, p.layers):
		name = t.better
	case t.mixed && strings.HasSuffix(p.name, ".attn_qkv.weight"): // queries, keys and values in one
		name = map[string]string{"Q4_K": "Q5_K", "Q5_K": "Q6_K"}[t.most]
	}
	return fitting(name, shape[1])
}

// keepsMore reports whether a layer is one of those whose errors matter most: the first and last eighth, and each third of the
// others.
func keepsMore(layer, layers int) bool {
	eighth := layers / 8
	return layer < eighth || layer >= 7*layers/8 || (layer-eighth)%3 == 2
}

// replacements are the types for rows that the blocks of a type don't fill.
var replacements = map[string]string{"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}

// fitting is a type, or what takes its place for rows of a width.
func fitting(name string, width int) ggml.Type {
	kind := ggml.Named(name)
	if other, ok := replacements[name]; ok && width%kind.Block != 0 {
		kind = ggml.Named(other)
	}
	if width%kind.Block != 0 {
		kind = ggml.Named("F16")
	}
	return kind
}
