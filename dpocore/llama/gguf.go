package llama

import (
	"fmt"
	"strings"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/internal/ggufcheck"
)

// ggufFile reads a model from a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md) under Hugging
// Face's tensor names. Quantized tensors are widened to float32.
type ggufFile struct {
	config Config
	file   *gguf.File
	reader *gguf.Reader
}

func openGGUF(path string) (*ggufFile, error) {
	file, err := ggufcheck.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the header of %s: %w; the file is damaged or not a GGUF file", path, err)
	}
	config, err := ggufConfig(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	reader, err := gguf.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &ggufFile{config: config, file: file, reader: reader}, nil
}

// ggufMetadata reads the values of a file's keys; a key that is missing has the value 0, or as an id NoToken.
type ggufMetadata struct{ file *gguf.File }

func (m ggufMetadata) whole(key string) int {
	kv, _ := m.file.GetKeyValue(key)
	return int(kv.Uint64())
}

func (m ggufMetadata) real(key string) float64 {
	kv, _ := m.file.GetKeyValue(key)
	return kv.Float64()
}

func (m ggufMetadata) id(key string) int {
	if kv, ok := m.file.GetKeyValue(key); ok {
		return int(kv.Uint64())
	}
	return NoToken
}

func ggufConfig(file *gguf.File) (Config, error) {
	if arch := file.Architecture(); arch != string(FamilyLlama) {
		return Config{}, fmt.Errorf("the model is of type %q; of GGUF files this program knows %q (SmolLM2): use the model's folder", arch, FamilyLlama)
	}
	if err := refuseGGUFExtras(file); err != nil {
		return Config{}, err
	}
	m := ggufMetadata{file}
	c := Config{
		Family:           FamilyLlama,
		HiddenSize:       m.whole("llama.embedding_length"),
		IntermediateSize: m.whole("llama.feed_forward_length"),
		Layers:           m.whole("llama.block_count"),
		Heads:            m.whole("llama.attention.head_count"),
		KVHeads:          m.whole("llama.attention.head_count_kv"),
		HeadDim:          m.whole("llama.attention.key_length"),
		RMSNormEps:       m.real("llama.attention.layer_norm_rms_epsilon"),
		RopeTheta:        m.real("llama.rope.freq_base"),
		MaxPositions:     m.whole("llama.context_length"),
		BOS:              m.id("tokenizer.ggml.bos_token_id"),
		Pad:              m.id("tokenizer.ggml.padding_token_id"),
	}
	if eos := m.id("tokenizer.ggml.eos_token_id"); eos != NoToken {
		c.EOS = []int{eos}
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = 10000
	}
	embedding, ok := file.GetTensorInfo("token_embd.weight")
	if !ok || len(embedding.Shape) != 2 {
		return c, fmt.Errorf("the file has no matrix token_embd.weight")
	}
	c.VocabSize = int(embedding.Shape[1])
	_, untied := file.GetTensorInfo("output.weight")
	c.TiedEmbeddings = !untied
	return c, c.Validate()
}

// refuseGGUFExtras names what this package computes for a model folder but not for a GGUF file. Llama 3's scaling stands
// in such a file as a tensor of factors, without a key.
func refuseGGUFExtras(file *gguf.File) error {
	const instead = "which this program reads from a model's folder alone"
	if _, scaled := file.GetKeyValue("llama.rope.scaling.type"); scaled {
		return fmt.Errorf("the file scales its rotary positions (llama.rope.scaling.type), %s", instead)
	}
	for _, name := range []string{"rope_freqs.weight", "blk.0.attn_q.bias", "blk.0.attn_output.bias", "blk.0.ffn_up.bias"} {
		if _, ok := file.GetTensorInfo(name); ok {
			return fmt.Errorf("the file has the tensor %s, %s", name, instead)
		}
	}
	return nil
}

// ggufNames maps Hugging Face's names to GGUF's; what stands between is the layer.
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

func ggufName(name string) string {
	if rest, ok := strings.CutPrefix(name, "model.layers."); ok {
		layer, part, _ := strings.Cut(rest, ".")
		return "blk." + layer + "." + ggufNames[part]
	}
	return ggufNames[name]
}

func (f *ggufFile) Config() Config { return f.config }

func (f *ggufFile) Close() error { return f.reader.Close() }

func (f *ggufFile) Read(name string) (values []float32, shape []int, err error) {
	stored := ggufName(name)
	if _, ok := f.file.GetTensorInfo(stored); !ok {
		return nil, nil, fmt.Errorf("%s has no tensor %q", f.file.Path(), stored)
	}
	tensor, err := f.reader.ReadTensor(nil, stored)
	if err != nil {
		return nil, nil, fmt.Errorf("read tensor %q of %s: %w", stored, f.file.Path(), err)
	}
	shape = tensor.Shape().Dimensions
	var wrong any
	err = tensor.ConstFlatData(func(flat any) {
		var ok bool
		if values, ok = flat.([]float32); !ok {
			wrong = flat
		}
	})
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read tensor %q of %s: %w", stored, f.file.Path(), err)
	case wrong != nil:
		return nil, nil, fmt.Errorf("tensor %q of %s holds %T; this program reads float32 and quantized tensors", stored, f.file.Path(), wrong)
	}
	switch {
	case strings.HasSuffix(name, "q_proj.weight"):
		values = unpermute(values, shape, f.config.Heads)
	case strings.HasSuffix(name, "k_proj.weight"):
		values = unpermute(values, shape, f.config.KVHeads)
	}
	return values, shape, nil
}

// unpermute undoes GGUF's order of the rows of q and k. There the two halves of a head's rows are interleaved, as the
// original Llama rotates neighbours; Hugging Face's order, which [Net.Hidden] computes, rotates halves.
// [heads, headDim/2, 2, in] becomes [heads, 2, headDim/2, in].
func unpermute(values []float32, shape []int, heads int) []float32 {
	out := make([]float32, len(values))
	in := shape[1]
	half := shape[0] / heads / 2
	for head := range heads {
		for i := range half {
			for side := range 2 {
				from := ((head*half+i)*2 + side) * in
				to := ((head*2+side)*half + i) * in
				copy(out[to:to+in], values[from:from+in])
			}
		}
	}
	return out
}
