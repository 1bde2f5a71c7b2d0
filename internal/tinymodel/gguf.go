package tinymodel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/randommodel"
)

// WriteGGUF makes a GGUF file with random weights, and returns its path. kind names the type of a matrix, such as Q4_0, by
// its name in Hugging Face's folders. With several shards, it returns the path of the last one. There is no tokenizer.
func WriteGGUF(t testing.TB, c decoder.Config, seed uint64, shards int, kind func(name string) string) (path string) {
	t.Helper()
	f, err := family.Find(c.Family)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 7))
	var all []ggufTensor
	for _, slot := range c.Slots() {
		for _, part := range slot.Parts {
			tensor := ggufTensor{name: f.GGUF.Name(part.Name), shape: slot.StoredShape(part), kind: ggmlType(t, "F32")}
			if len(tensor.shape) == 2 {
				tensor.kind = ggmlType(t, kind(part.Name))
			}
			tensor.raw = randomBlocks(t, random, tensor)
			all = append(all, tensor)
		}
	}
	folder := t.TempDir()
	for shard := range shards {
		metadata := ggufMetadata(c, f.GGUF.Architecture)
		name := "model.gguf"
		if shards > 1 {
			name = fmt.Sprintf("model-%05d-of-%05d.gguf", shard+1, shards)
			split := []ggufValue{{"split.count", uint16(shards)}, {"split.no", uint16(shard)}, {"split.tensors.count", int32(len(all))}}
			if shard > 0 {
				metadata = nil // only the first file has it
			}
			metadata = append(metadata, split...)
		}
		path = filepath.Join(folder, name)
		writeFile(t, folder, name, ggufContent(metadata, all[shard*len(all)/shards:(shard+1)*len(all)/shards]))
	}
	return path
}

type ggufTensor struct {
	name  string
	shape []int
	kind  ggml.Type
	raw   []byte
}

type ggufValue struct {
	key   string
	value any
}

func ggmlType(t testing.TB, name string) ggml.Type {
	for id := range uint32(64) {
		if kind, ok := ggml.Find(id); ok && kind.Name == name {
			return kind
		}
	}
	t.Fatalf("no tensor type is named %s", name)
	return ggml.Type{}
}

func ggufMetadata(c decoder.Config, architecture string) []ggufValue {
	prefix := architecture + "."
	return []ggufValue{
		{"general.architecture", architecture},
		{prefix + "embedding_length", uint32(c.HiddenSize)},
		{prefix + "feed_forward_length", uint32(c.IntermediateSize)},
		{prefix + "block_count", uint32(c.Layers)},
		{prefix + "attention.head_count", uint32(c.Heads)},
		{prefix + "attention.head_count_kv", uint32(c.KVHeads)},
		{prefix + "attention.key_length", uint32(c.HeadDim)},
		{prefix + "attention.layer_norm_rms_epsilon", float32(c.RMSNormEps)},
		{prefix + "rope.freq_base", float32(c.RopeTheta)},
		{prefix + "context_length", uint32(c.MaxPositions)},
	}
}

// randomBlocks are blocks with random codes, and scales that give a tiny model's values.
func randomBlocks(t testing.TB, random *rand.Rand, tensor ggufTensor) []byte {
	count := 1
	for _, dim := range tensor.shape {
		count *= dim
	}
	size, err := tensor.kind.Size(count)
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, size)
	if !tensor.kind.Quantized() {
		for i := range count {
			value := float32(randommodel.Deviation * random.NormFloat64())
			if len(tensor.shape) == 1 {
				value++
			}
			binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(value))
		}
		return raw
	}
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}
	for block := 0; block < len(raw); block += tensor.kind.Bytes {
		if tensor.kind.Name == "MXFP4" {
			raw[block] = 128 - 6 // the scale is 2^-6
		}
		for i, place := range scalePlaces[tensor.kind.Name] {
			scale := []uint16{scaleBits(tensor.kind, random), 0xac00}[i] // a minimum of -1/16
			if tensor.kind.Block == 256 && i > 0 {
				scale = 0x1000 // 2^-11, of the minima, which are subtracted
			}
			binary.LittleEndian.PutUint16(raw[block+place:], scale)
		}
	}
	return raw
}

// scalePlaces are where a block has its scale in float16, and the scale of its minima or its minimum.
var scalePlaces = map[string][]int{
	"Q4_0": {0}, "Q4_1": {0, 2}, "Q5_0": {0}, "Q5_1": {0, 2}, "Q8_0": {0}, "Q2_K": {80, 82}, "Q3_K": {108}, "Q4_K": {0, 2},
	"Q5_K": {0, 2}, "Q6_K": {208}, "IQ4_NL": {0}, "IQ4_XS": {0},
}

// scaleBits is a scale in float16: a power of two near to which the values of the type have the size of a tiny model's, with
// random digits.
func scaleBits(kind ggml.Type, random *rand.Rand) uint16 {
	exponent := 15 - 10 // 2^-10
	switch {
	case kind.Block == 256:
		exponent = 15 - 14
	case kind.Bits == 4:
		exponent = 15 - 6
	}
	return uint16(exponent)<<10 | uint16(random.Uint32N(1<<10))
}

// ggufContent is a GGUF file.
func ggufContent(metadata []ggufValue, tensors []ggufTensor) []byte {
	const alignment = 32
	var out bytes.Buffer
	put := func(values ...any) {
		for _, value := range values {
			if text, ok := value.(string); ok {
				binary.Write(&out, binary.LittleEndian, uint64(len(text)))
				out.WriteString(text)
				continue
			}
			binary.Write(&out, binary.LittleEndian, value)
		}
	}
	align := func() { out.WriteString(strings.Repeat("\x00", (alignment-out.Len()%alignment)%alignment)) }
	out.WriteString("GGUF")
	put(uint32(3), uint64(len(tensors)), uint64(len(metadata)))
	for _, kv := range metadata {
		kinds := map[string]uint32{"uint16": 2, "uint32": 4, "int32": 5, "float32": 6, "string": 8}
		put(kv.key, kinds[fmt.Sprintf("%T", kv.value)], kv.value)
	}
	offset := 0
	for _, tensor := range tensors {
		put(tensor.name, uint32(len(tensor.shape)))
		for i := range tensor.shape { // innermost first
			put(uint64(tensor.shape[len(tensor.shape)-1-i]))
		}
		put(tensor.kind.ID, uint64(offset))
		offset += (len(tensor.raw) + alignment - 1) / alignment * alignment
	}
	align()
	for _, tensor := range tensors {
		out.Write(tensor.raw)
		align()
	}
	return out.Bytes()
}
