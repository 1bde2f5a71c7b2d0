package weights

import (
	"fmt"
	"os"
	"slices"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/internal/ggufcheck"
	"example.com/gonb-dpo/internal/placeholder"
)

// ggufFile is a model in a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Quantized and
// half-precision tensors are widened to float32.
type ggufFile struct {
	config decoder.Config
	form   *family.GGUF
	file   *gguf.File
	reader *gguf.Reader
}

func openGGUF(path string) (*ggufFile, error) {
	if err := placeholder.CheckFile(path); err != nil {
		return nil, err
	}
	file, err := ggufcheck.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the header of %s: %w; the file is damaged or not a GGUF file", path, err)
	}
	f, err := family.FindGGUF(file.Architecture())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	config, err := ggufConfig(file, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	reader, err := gguf.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &ggufFile{config: config, form: f.GGUF, file: file, reader: reader}, nil
}

// Quantized reports whether a model is a GGUF file with quantized tensors, and not one in full or half precision.
func Quantized(path string) bool {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return false
	}
	file, err := ggufcheck.Open(path)
	return err == nil && slices.ContainsFunc(file.ListTensorNames(), func(name string) bool {
		info, _ := file.GetTensorInfo(name)
		return info.Type.IsQuantized()
	})
}

// ggufMetadata reads the values of a file's keys; a missing key has the value 0, or NoToken for an id.
type ggufMetadata struct{ file *gguf.File }

func (m ggufMetadata) integer(key string) int {
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
	return decoder.NoToken
}

func ggufConfig(file *gguf.File, f family.Family) (decoder.Config, error) {
	if err := refuseUnsupported(file, f.GGUF); err != nil {
		return decoder.Config{}, err
	}
	m, prefix := ggufMetadata{file}, f.GGUF.Architecture+"."
	c := decoder.Config{
		Family:           f.ModelType,
		HiddenSize:       m.integer(prefix + "embedding_length"),
		IntermediateSize: m.integer(prefix + "feed_forward_length"),
		Layers:           m.integer(prefix + "block_count"),
		Heads:            m.integer(prefix + "attention.head_count"),
		KVHeads:          m.integer(prefix + "attention.head_count_kv"),
		HeadDim:          m.integer(prefix + "attention.key_length"),
		RMSNormEps:       m.real(prefix + "attention.layer_norm_rms_epsilon"),
		RopeTheta:        m.real(prefix + "rope.freq_base"),
		MaxPositions:     m.integer(prefix + "context_length"),
	}
	c.BOS, c.Pad = m.id("tokenizer.ggml.bos_token_id"), m.id("tokenizer.ggml.padding_token_id")
	if eos := m.id("tokenizer.ggml.eos_token_id"); eos != decoder.NoToken {
		c.EOS = []int{eos}
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.HiddenSize / c.Heads
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = defaultTheta
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

// refuseUnsupported names what this program computes for a model folder but not for a GGUF file.
func refuseUnsupported(file *gguf.File, form *family.GGUF) error {
	const instead = "which this program reads only from a model's folder"
	key := form.Architecture + ".rope.scaling.type"
	if _, scaled := file.GetKeyValue(key); scaled {
		return fmt.Errorf("the file scales its rotary positions (%s), %s", key, instead)
	}
	for _, name := range form.Unsupported {
		if _, ok := file.GetTensorInfo(name); ok {
			return fmt.Errorf("the file has the tensor %s, %s", name, instead)
		}
	}
	return nil
}

func (f *ggufFile) Config() decoder.Config { return f.config }

func (f *ggufFile) Close() error { return f.reader.Close() }

// Shape reverses the order of a GGUF file, which has the innermost dimension first.
func (f *ggufFile) Shape(name string) ([]int, bool) {
	info, ok := f.file.GetTensorInfo(f.form.Name(name))
	if !ok {
		return nil, false
	}
	_, shape := info.GoMLXShape()
	return shape, true
}

func (f *ggufFile) Read(name string) (values []float32, shape []int, err error) {
	stored := f.form.Name(name)
	info, ok := f.file.GetTensorInfo(stored)
	if !ok {
		return nil, nil, fmt.Errorf("%s has no tensor %q", f.file.Path(), stored)
	}
	tensor, err := f.reader.ReadTensor(nil, stored)
	if err != nil {
		return nil, nil, fmt.Errorf("read tensor %q of %s: %w", stored, f.file.Path(), err)
	}
	shape = tensor.Shape().Dimensions
	err = tensor.ConstFlatData(func(flat any) { values = widened(flat) })
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read tensor %q of %s: %w", stored, f.file.Path(), err)
	case values == nil:
		return nil, nil, fmt.Errorf("tensor %q of %s has the type %s; this program reads F32, F16, BF16 and quantized tensors", stored, f.file.Path(), info.Type)
	}
	return f.form.Restore(name, values, shape, f.config), shape, nil
}

// widened returns a tensor's values as float32, or nil for other types.
func widened(flat any) []float32 {
	switch stored := flat.(type) {
	case []float32:
		return stored
	case []float16.Float16:
		return eachFloat32(stored)
	case []bfloat16.BFloat16:
		return eachFloat32(stored)
	}
	return nil
}

func eachFloat32[T interface{ Float32() float32 }](stored []T) []float32 {
	values := make([]float32, len(stored))
	for i, value := range stored {
		values[i] = value.Float32()
	}
	return values
}
