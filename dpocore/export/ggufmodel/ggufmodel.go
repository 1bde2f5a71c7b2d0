// Package ggufmodel knows how a model is stored in a GGUF file: as llama.cpp's converter does it
// (https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py). Start with [FormOf].
package ggufmodel

import (
	"fmt"
	"reflect"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/gguffile"
)

// Form is how a model is stored.
type Form struct {
	config decoder.Config
	form   *family.GGUF
}

// FormOf returns an error for a model that GGUF files of this program can't hold.
func FormOf(c decoder.Config) (Form, error) {
	f, err := family.Find(c.Family)
	if err != nil {
		return Form{}, err
	}
	if f.GGUF == nil || f.GGUF.ReadOnly {
		return Form{}, fmt.Errorf("this program does not write GGUF files of models of type %q; llama.cpp's converter makes one of a merged folder (dpo merge)", c.Family)
	}
	if len(c.Attentions) > 0 {
		return Form{}, fmt.Errorf("this program does not write GGUF files of models with a sliding window, or with layers that have no rotary positions")
	}
	return Form{c, f.GGUF}, nil
}

// Architecture is general.architecture.
func (f Form) Architecture() string { return f.form.Architecture }

// Metadata lists the keys of the architecture.
func (f Form) Metadata() []gguffile.Entry {
	c := f.config
	var entries []gguffile.Entry
	add := func(key string, value any) {
		entries = append(entries, gguffile.Entry{Key: f.form.Architecture + "." + key, Value: value})
	}
	for _, size := range []struct {
		key   string
		value int
	}{
		{"block_count", c.Layers}, {"context_length", c.MaxPositions}, {"embedding_length", c.HiddenSize},
		{"feed_forward_length", c.IntermediateSize}, {"attention.head_count", c.Heads}, {"attention.head_count_kv", c.KVHeads},
		{"attention.key_length", c.HeadDim}, {"attention.value_length", c.HeadDim}, {"rope.dimension_count", c.HeadDim},
		{"vocab_size", c.VocabSize},
	} {
		add(size.key, uint32(size.value))
	}
	add("attention.layer_norm_rms_epsilon", float32(c.RMSNormEps))
	add("rope.freq_base", float32(c.RopeTheta))
	return entries
}

// Name is the name of a tensor, given Hugging Face's, or an error if the form has no place for it.
func (f Form) Name(name string) (string, error) {
	stored := f.form.Name(name)
	if stored == "" || strings.HasSuffix(stored, ".") {
		return "", fmt.Errorf("a GGUF file of the architecture %q has no place for %s", f.form.Architecture, name)
	}
	return stored, nil
}

// Rows returns the values of a tensor with its rows in the order of the file; shape is its shape, or that of another matrix
// with the same rows, such as a factor of LoRA.
func (f Form) Rows(name string, values []float32, shape []int) ([]float32, error) {
	order := f.form.Order(name, shape[0], f.config)
	if order == nil {
		return nil, fmt.Errorf("this program can't store %s of a model of type %q in a GGUF file", name, f.config.Family)
	}
	width := len(values) / shape[0]
	stored := make([]float32, len(values))
	for row, at := range order {
		copy(stored[at*width:(at+1)*width], values[row*width:(row+1)*width])
	}
	return stored, nil
}

// Additional lists the tensors that only GGUF files have: the factors of Llama 3's RoPE scaling.
func (f Form) Additional() ([]gguffile.Tensor, error) {
	scaling := f.config.RopeScaling
	if scaling.Type == "" {
		return nil, nil
	}
	if !reflect.DeepEqual(scaling, weights.Llama3Scaling(scaling.Factor)) {
		return nil, fmt.Errorf("a GGUF file can't hold its scaling of rotary positions, which is not that of a published Llama 3")
	}
	half := f.config.HeadDim / 2
	factors := make([]float32, half)
	for i := range factors {
		factors[i] = float32(weights.Llama3Factor(f.config, i, scaling.Factor))
	}
	kind := ggml.Named("F32")
	return []gguffile.Tensor{{Name: weights.RopeFactors, Type: kind, Shape: []int{half},
		Bytes: func() ([]byte, error) { return kind.Quantize(factors) }}}, nil
}
