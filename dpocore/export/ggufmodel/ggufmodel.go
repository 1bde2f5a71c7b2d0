// Package ggufmodel knows how a model is stored in a GGUF file: as llama.cpp's converter does it
// (https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py). Start with [FormOf].
package ggufmodel

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/gguffile"
)

// Form is how a model is stored.
type Form struct {
	config decoder.Config
	form   *family.GGUF
	extras family.Extras
}

// FormOf returns an error for a model that GGUF files can't hold.
func FormOf(c decoder.Config) (Form, error) {
	f, err := family.Find(c.Family)
	if err != nil {
		return Form{}, err
	}
	if f.GGUF == nil {
		return Form{}, fmt.Errorf("this program does not write GGUF files of models of type %q", c.Family)
	}
	if f.GGUF.Untied && c.TiedEmbeddings {
		return Form{}, fmt.Errorf("llama.cpp does not load a GGUF file of the architecture %q without a separate vocabulary matrix, and this model's is its embedding (tie_word_embeddings is true in config.json); use the folder that dpo merge writes", f.GGUF.Architecture)
	}
	form := Form{config: c, form: f.GGUF}
	if f.GGUF.Write != nil {
		form.extras = f.GGUF.Write(c)
	}
	stored, err := form.Stored()
	switch {
	case err != nil:
		return form, fmt.Errorf("a GGUF file can't hold a model of type %q with these settings: %w", c.Family, err)
	case digits(stored.Attentions) != digits(c.Attentions) || !slices.Equal(stored.LayerKinds, c.LayerKinds):
		return form, fmt.Errorf("a GGUF file of the architecture %q can't hold the model's sliding windows, or which of its layers have rotary positions", f.GGUF.Architecture)
	case digits(stored.Block) != digits(c.Block):
		return form, fmt.Errorf("a GGUF file of the architecture %q can't hold the model's scales: it has %+v in place of %+v", f.GGUF.Architecture, stored.Block, c.Block)
	case !form.sameRotation(stored):
		return form, fmt.Errorf("a GGUF file can't hold its scaling of rotary positions (%q), or not with these settings", c.RopeScaling.Type)
	}
	return form, nil
}

// digits writes settings with five digits of each number, since files have them in float32.
func digits(settings any) string { return fmt.Sprintf("%.5g", settings) }

// Stored is the configuration that is read from the file, except for Llama 3's scaling, whose factors are a tensor.
func (f Form) Stored() (decoder.Config, error) {
	c := f.config
	c.Attentions, c.LayerKinds, c.Block = nil, nil, nil
	c.RMSNormEps, c.RopeTheta = float64(float32(c.RMSNormEps)), float64(float32(c.RopeTheta))
	switch s := c.RopeScaling; s.Type {
	case rotary.Llama3:
	case rotary.Linear, rotary.Yarn:
		c.RopeScaling = rotary.Scaling{Type: s.Type, Factor: float64(float32(s.Factor)), OriginalMaxPositions: s.OriginalMaxPositions}
	default:
		c.RopeScaling = rotary.Scaling{}
	}
	if f.form.Configure == nil {
		return c, nil
	}
	return c, f.form.Configure(f.extras, &c)
}

// sameRotation reports whether the stored rotary positions turn as the model's do.
func (f Form) sameRotation(stored decoder.Config) bool {
	ours, other := f.config.RopeScaling, stored.RopeScaling
	if ours.Type != other.Type || ours.Type == rotary.Long && ours.OriginalMaxPositions != other.OriginalMaxPositions {
		return false
	}
	near := func(a, b float64) bool { return math.Abs(a/b-1) < 1e-5 }
	if !near(ours.Amplitude(f.config.MaxPositions), other.Amplitude(f.config.MaxPositions)) {
		return false
	}
	for _, long := range []bool{false, true} {
		theirs := other.Frequencies(f.rotated()/2, stored.RopeTheta, long)
		for i, frequency := range ours.Frequencies(f.rotated()/2, f.config.RopeTheta, long) {
			if !near(float64(frequency), float64(theirs[i])) {
				return false
			}
		}
	}
	return true
}

// rotated is how many values of a head are rotated.
func (f Form) rotated() int { return cmp.Or(f.config.RotaryDim, f.config.HeadDim) }

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
		{"attention.key_length", c.HeadDim}, {"attention.value_length", c.HeadDim}, {"rope.dimension_count", f.rotated()},
		{"vocab_size", c.VocabSize},
	} {
		add(size.key, uint32(size.value))
	}
	add("attention.layer_norm_rms_epsilon", float32(c.RMSNormEps))
	add("rope.freq_base", float32(c.RopeTheta))
	if s := c.RopeScaling; s.Type == rotary.Linear || s.Type == rotary.Yarn {
		add(weights.RopeScalingType, s.Type)
		add(weights.RopeScalingFactor, float32(s.Factor))
		if s.OriginalMaxPositions > 0 {
			add(weights.RopeScalingOriginal, uint32(s.OriginalMaxPositions))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.extras.Keys)) {
		add(key, f.extras.Keys[key])
	}
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
	if len(shape) == 1 && f.form.Store != nil {
		return f.form.Store(values), nil
	}
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

// Additional lists the tensors that only GGUF files have: the factors of Llama 3's and of longrope's RoPE scaling.
func (f Form) Additional() (tensors []gguffile.Tensor, err error) {
	kind := ggml.Named("F32")
	add := func(name string, values []float32) {
		tensors = append(tensors, gguffile.Tensor{Name: name, Type: kind, Shape: []int{len(values)},
			Bytes: func() ([]byte, error) { return kind.Quantize(values) }})
	}
	for _, name := range slices.Sorted(maps.Keys(f.extras.Vectors)) {
		add(name, f.extras.Vectors[name])
	}
	scaling := f.config.RopeScaling
	if scaling.Type != rotary.Llama3 {
		return tensors, nil
	}
	if !reflect.DeepEqual(scaling, weights.Llama3Scaling(scaling.Factor)) {
		return nil, fmt.Errorf("a GGUF file can't hold its scaling of rotary positions, which is not that of a published Llama 3")
	}
	factors := make([]float32, f.config.HeadDim/2)
	for i := range factors {
		factors[i] = float32(weights.Llama3Factor(f.config, i, scaling.Factor))
	}
	add(weights.RopeFactors, factors)
	return tensors, nil
}
