package weights

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
)

// ggufMetadata reads what a file says about its model.
type ggufMetadata struct {
	*ggufFile
	file   *gguf.File // with the keys
	prefix string     // of the architecture's keys
}

func (m ggufMetadata) Integer(key string) int {
	kv, _ := m.file.GetKeyValue(m.prefix + key)
	return int(kv.Uint64())
}

func (m ggufMetadata) Real(key string) float64 {
	kv, _ := m.file.GetKeyValue(m.prefix + key)
	return kv.Float64()
}

// text is "" for a missing key.
func (m ggufMetadata) text(key string) string {
	kv, _ := m.file.GetKeyValue(m.prefix + key)
	return kv.String()
}

func (m ggufMetadata) Vector(name string) ([]float32, error) {
	tensor, ok := m.tensors[name]
	if !ok {
		return nil, nil
	}
	raw, err := tensor.bytes(name, 0, product(tensor.shape))
	if err != nil {
		return nil, err
	}
	return tensor.kind.Float32(raw), nil
}

// id is a token's id, NoToken if the file has none.
func (m ggufMetadata) id(key string) int {
	if kv, ok := m.file.GetKeyValue("tokenizer.ggml." + key); ok {
		return int(kv.Uint64())
	}
	return decoder.NoToken
}

// readHeads sets how much of each head is rotated, and checks that keys and values have the same size.
func (m ggufMetadata) readHeads(c *decoder.Config, partial bool) error {
	if values := m.Integer("attention.value_length"); values != 0 && values != c.HeadDim {
		return fmt.Errorf("%sattention.value_length is %d and a head's keys have %d values; this program computes only equal ones", m.prefix, values, c.HeadDim)
	}
	switch rotated := m.Integer("rope.dimension_count"); {
	case rotated == 0 || rotated == c.HeadDim:
	case !partial:
		return fmt.Errorf("%srope.dimension_count is %d of a head's %d values; this program rotates whole heads of models of this type", m.prefix, rotated, c.HeadDim)
	default:
		c.RotaryDim = rotated
	}
	return nil
}

// knownKeys are the keys of an architecture that are read in all families, and those that change nothing.
var knownKeys = []string{
	"embedding_length", "feed_forward_length", "block_count", "attention.head_count", "attention.head_count_kv", "attention.key_length",
	"attention.value_length", "attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.dimension_count", "context_length",
	"vocab_size", "tensor_data_layout", RopeScalingType, RopeScalingFactor, RopeScalingOriginal, "rope.scaling.finetuned",
}

// meanNothing are values of other keys that change nothing.
var meanNothing = []any{uint32(0), int32(0), float32(0), false, ""}

// refuseUnsupported names what this program computes for a model folder but not for a GGUF file, or not at all.
func (m ggufMetadata) refuseUnsupported() error {
	const instead = "which this program reads only from a model's folder"
	if kind := m.text(RopeScalingType); kind != "" && kind != "none" && kind != rotary.Linear && kind != rotary.Yarn {
		return fmt.Errorf("the file scales its rotary positions (%s%s is %q), %s", m.prefix, RopeScalingType, kind, instead)
	}
	for _, kv := range m.file.KeyValues {
		key, ours := strings.CutPrefix(kv.Key, m.prefix)
		if !ours || slices.Contains(knownKeys, key) || slices.Contains(m.form.Keys, key) || slices.Contains(meanNothing, kv.Raw()) {
			continue
		}
		return fmt.Errorf("%s is %v, and this program does not know that key of GGUF files; it may change what the model computes: use the model's folder", kv.Key, kv.Raw())
	}
	for _, name := range m.form.Unsupported {
		if _, ok := m.tensors[name]; ok {
			return fmt.Errorf("the file has the tensor %s, %s", name, instead)
		}
	}
	return nil
}
