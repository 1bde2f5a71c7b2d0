package weights

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/deps"
)

// The figures of HuggingFaceTB/SmolLM2-135M-Instruct's config.json; 1 and 2 are <|im_start|> and <|im_end|>.
func TestConfigOfSmolLM2(t *testing.T) {
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	file, err := openGGUF(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got := file.Config()
	if diff := got.RMSNormEps - 1e-5; diff > 1e-12 || diff < -1e-12 { // the file holds it as float32
		t.Errorf("rms_norm_eps is %g; want 1e-5", got.RMSNormEps)
	}
	want := decoder.Config{
		Family: "llama", VocabSize: 49152, HiddenSize: 576, IntermediateSize: 1536, Layers: 30, Heads: 9, KVHeads: 3, HeadDim: 64,
		RMSNormEps: got.RMSNormEps, RopeTheta: 100000, MaxPositions: 8192, TiedEmbeddings: true,
		SpecialTokens: decoder.SpecialTokens{BOS: 1, EOS: []int{2}, Pad: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the file's configuration is %+v; want %+v", got, want)
	}
	if !Quantized(path) {
		t.Error("a file in Q4_1 is said not to be quantized")
	}
	values, shape, err := file.Read("model.layers.29.self_attn.k_proj.weight")
	if err != nil || !slices.Equal(shape, []int{192, 576}) || len(values) != 192*576 {
		t.Errorf("the last k_proj has shape %v and %d values, %v; want [192 576]", shape, len(values), err)
	}
	if _, _, err := file.Read("lm_head.weight"); err == nil || !strings.Contains(err.Error(), "output.weight") {
		t.Errorf("reading the head that a tied model lacks: %v; want an error that names output.weight", err)
	}
}

func TestDamagedGGUF(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(path, []byte("GGUF, but nothing behind it"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openGGUF(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("opening a damaged file: %v; want an error that names it", err)
	}
}

// ggufBytes is a GGUF file (version 3) with one text under general.architecture and tensors of one float32 each.
func ggufBytes(architecture string, tensors ...string) []byte {
	return ggufWithKeys(architecture, nil, tensors...)
}

// ggufWithKeys has the number 7 under each of keys too.
func ggufWithKeys(architecture string, keys []string, tensors ...string) []byte {
	var raw []byte
	number := func(n uint64) { raw = binary.LittleEndian.AppendUint64(raw, n) }
	short := func(n uint32) { raw = binary.LittleEndian.AppendUint32(raw, n) }
	text := func(s string) {
		number(uint64(len(s)))
		raw = append(raw, s...)
	}
	raw = append(raw, "GGUF"...)
	short(3)
	number(uint64(len(tensors)))
	number(uint64(1 + len(keys)))
	text("general.architecture")
	short(8) // a text
	text(architecture)
	for _, key := range keys {
		text(key)
		short(4) // uint32
		short(7)
	}
	for i, name := range tensors {
		text(name)
		short(1) // dimensions
		number(1)
		short(0)               // float32
		number(uint64(i) * 32) // data are aligned to 32 bytes
	}
	raw = append(raw, make([]byte, 31-(len(raw)+31)%32)...)
	return append(raw, make([]byte, 32*len(tensors))...)
}

// Keys of the architecture that may change the result are read or refused by name.
func TestGGUFKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.gguf")
	for _, c := range []struct{ architecture, key, want string }{
		{"gemma3", "gemma3.final_logit_softcapping", "gemma3.final_logit_softcapping is 7"},
		{"llama", "llama.attention.sliding_window", "llama.attention.sliding_window is 7"},
		{"llama", "llama.expert_count", "llama.expert_count is 7"},
		{"gemma3", "gemma3.attention.sliding_window", "token_embd.weight"}, // known; the file has no tensors
		{"llama", "llama.vocab_size", "token_embd.weight"},
		{"llama", "general.quantization_version", "token_embd.weight"},
	} {
		if err := os.WriteFile(path, ggufWithKeys(c.architecture, []string{c.key}), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := openGGUF(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want an error that says %q", c.key, err, c.want)
		}
	}
}

// What a GGUF file says in ways that this package does not read is refused by name, never computed without it.
func TestGGUFRefuses(t *testing.T) {
	for _, c := range []struct {
		architecture, tensor, want string
	}{
		{"falcon", "blk.0.attn_q.bias", `"falcon"; of GGUF files this program knows "llama"`},
		{"qwen3", "blk.0.attn_q.bias", "blk.0.attn_q.bias"},
		{"gemma2", "", `"gemma2"`},
		{"llama", "blk.0.attn_q.bias", "blk.0.attn_q.bias"},
		{"llama", "token_embd.weight", "token_embd.weight"}, // a vector where a matrix belongs
	} {
		path := filepath.Join(t.TempDir(), "model.gguf")
		var tensors []string
		if c.tensor != "" {
			tensors = append(tensors, c.tensor)
		}
		if err := os.WriteFile(path, ggufBytes(c.architecture, tensors...), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := openGGUF(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s with %s: %v; want an error that says %q", c.architecture, c.tensor, err, c.want)
		}
	}
}
