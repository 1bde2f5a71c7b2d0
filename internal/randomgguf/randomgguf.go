// Package randomgguf writes GGUF files of any size with random weights, block by block, to measure what training on quantized
// weights takes.
package randomgguf

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/export/ggufmodel"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/gguffile"
)

// Write writes a model in Q4_0, and its vocabulary matrix in Q6_K, as llama.cpp quantizes. further are keys of the file besides the
// architecture's, such as those of a tokenizer. No more than a matrix is in memory.
func Write(path string, c decoder.Config, further []gguffile.Entry) error {
	form, err := ggufmodel.FormOf(c)
	if err != nil {
		return err
	}
	tensors, err := tensorsOf(c, form)
	if err != nil {
		return err
	}
	metadata := append([]gguffile.Entry{{Key: "general.architecture", Value: form.Architecture()}}, form.Metadata()...)
	return gguffile.Write(path, append(metadata, further...), tensors)
}

// tensorsOf lists the tensors; each is made when it is written.
func tensorsOf(c decoder.Config, form ggufmodel.Form) (tensors []gguffile.Tensor, err error) {
	if tensors, err = form.Additional(); err != nil {
		return nil, err
	}
	random := rand.NewPCG(1, 2)
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			name, err := form.Name(part.Name)
			if err != nil {
				return nil, err
			}
			t := gguffile.Tensor{Name: name, Shape: slot.StoredShape(part), Type: ggml.Named("F32")}
			switch {
			case part.Name == "lm_head.weight" || c.TiedEmbeddings && part.Name == "model.embed_tokens.weight":
				t.Type = ggml.Named("Q6_K")
			case len(t.Shape) == 2:
				t.Type = ggml.Named("Q4_0")
			}
			t.Bytes = func() ([]byte, error) { return randomValues(random, t) }
			tensors = append(tensors, t)
		}
	}
	return tensors, nil
}

// Scales, in float16, that give codes of all sizes a standard deviation of about 0.02, as published models have it.
var scales = map[string]struct {
	at   int // in a block
	bits uint16
}{
	"Q4_0": {0, 0x1c00},   // 2^-8 for codes of -8 to 7
	"Q6_K": {208, 0x0100}, // 2^-16 for codes of -32 to 31 times scales of -128 to 127
}

// randomValues are random codes, or ones for a norm.
func randomValues(random *rand.PCG, t gguffile.Tensor) ([]byte, error) {
	count := t.Shape[0]
	if len(t.Shape) == 1 {
		ones := make([]float32, count)
		for i := range ones {
			ones[i] = 1
		}
		return t.Type.Quantize(ones)
	}
	size, err := t.Type.Size(count * t.Shape[1])
	if err != nil {
		return nil, err
	}
	scale, ok := scales[t.Type.Name]
	if !ok {
		return nil, fmt.Errorf("no scale for the type %s", t.Type.Name)
	}
	raw := make([]byte, size+8)
	for i := 0; i < size; i += 8 {
		binary.LittleEndian.PutUint64(raw[i:], random.Uint64())
	}
	for block := 0; block < size; block += t.Type.Bytes {
		binary.LittleEndian.PutUint16(raw[block+scale.at:], scale.bits)
	}
	return raw[:size], nil
}
