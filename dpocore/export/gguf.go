package export

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/export/ggufmodel"
	"example.com/gonb-dpo/dpocore/export/ggufvocab"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/ggufcheck"
	"example.com/gonb-dpo/internal/gguffile"
)

// GGUF writes a GGUF file with the adapter merged into the weights and quantized as llama.cpp's reference quantizers do
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
var GGUF Format = ggufFormat{}

type ggufFormat struct{}

const ggufName = "model.gguf"

func (ggufFormat) Name() string { return "GGUF" }

func (ggufFormat) About() string {
	return "A GGUF file with the adapter merged into the weights, for llama.cpp, Ollama and LM Studio."
}

func (ggufFormat) DTypes() (names []string) {
	for _, t := range fileTypes {
		names = append(names, t.name)
	}
	return names
}

func (ggufFormat) Files() []string { return []string{ggufName} }

func (ggufFormat) WriteFiles(ctx context.Context, dir string, model Model, dtype string) error {
	metadata, err := ggufMetadata(model, dtype)
	if err != nil {
		return err
	}
	tensors, err := ggufTensors(ctx, model, dtype)
	if err != nil {
		return err
	}
	return gguffile.Write(filepath.Join(dir, ggufName), metadata, tensors)
}

// ggufMetadata lists the keys of the file.
func ggufMetadata(model Model, dtype string) ([]gguffile.Entry, error) {
	form, err := ggufmodel.FormOf(model.Weights.Config)
	if err != nil {
		return nil, err
	}
	kind, _ := findFileType(dtype)
	entries := []gguffile.Entry{
		{Key: "general.architecture", Value: form.Architecture()},
		{Key: "general.type", Value: "model"},
		{Key: "general.name", Value: model.Name},
		{Key: "general.file_type", Value: kind.number},
		{Key: "general.quantization_version", Value: uint32(2)},
	}
	tokens, err := ggufvocab.Metadata(model.Tokenizer, model.Weights.Config.VocabSize, model.EndOfTurn)
	if err != nil {
		return nil, err
	}
	return slices.Concat(entries, form.Metadata(), tokens), nil
}

// ggufTensors lists the tensors of the file; each is merged and quantized when its bytes are read.
func ggufTensors(ctx context.Context, model Model, dtype string) ([]gguffile.Tensor, error) {
	c := model.Weights.Config
	form, err := ggufmodel.FormOf(c)
	if err != nil {
		return nil, err
	}
	whole, _ := findFileType(dtype)
	tensors, err := form.Additional()
	if err != nil {
		return nil, err
	}
	for _, merged := range mergedTensors(ctx, model, "F32") {
		name, err := form.Name(merged.Name)
		if err != nil {
			return nil, err
		}
		kind := whole.of(tensorPlace{name, layerOf(name), c.Layers, c.TiedEmbeddings}, merged.Shape)
		tensors = append(tensors, gguffile.Tensor{Name: name, Type: kind, Shape: merged.Shape, Bytes: func() ([]byte, error) {
			values, err := merged.Values()
			if err != nil {
				return nil, err
			}
			if values, err = form.Rows(merged.Name, values, merged.Shape); err != nil {
				return nil, err
			}
			return quantize(kind, values)
		}})
	}
	return tensors, nil
}

// layerOf is the number in a name such as blk.7.attn_q.weight, and -1 in names of no layer.
func layerOf(name string) int {
	parts := strings.Split(name, ".")
	if layer, err := strconv.Atoi(parts[1]); err == nil && parts[0] == "blk" {
		return layer
	}
	return -1
}

// quantize is [ggml.Type.Quantize] on all cores.
func quantize(kind ggml.Type, values []float32) ([]byte, error) {
	parts := make([][]byte, runtime.GOMAXPROCS(0))
	errs := make([]error, len(parts))
	blocks := len(values) / kind.Block
	var wait sync.WaitGroup
	for i := range parts {
		first, last := i*blocks/len(parts), (i+1)*blocks/len(parts)
		wait.Go(func() { parts[i], errs[i] = kind.Quantize(values[first*kind.Block : last*kind.Block]) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return bytes.Join(parts, nil), nil
}

// CheckFiles compares the tensors byte by byte. As all that this program reads from the file, its architecture and the ids of
// texts are those of the model.
func (ggufFormat) CheckFiles(ctx context.Context, dir string, model Model, dtype string) error {
	path := filepath.Join(dir, ggufName)
	got, err := weights.ConfigOf(path)
	if err != nil {
		return err
	}
	form, err := ggufmodel.FormOf(model.Weights.Config)
	if err != nil {
		return err
	}
	want, err := form.Stored()
	if err != nil {
		return err
	}
	got.Family, want.SpecialTokens, got.SpecialTokens = want.Family, decoder.SpecialTokens{}, decoder.SpecialTokens{}
	if got.RMSNormEps = float64(float32(got.RMSNormEps)); !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the file has the architecture %+v where the model has %+v", got, want)
	}
	if err := checkIDs(path, model.Tokenizer); err != nil {
		return err
	}
	tensors, err := ggufTensors(ctx, model, dtype)
	if err != nil {
		return err
	}
	return checkBytes(path, tensors)
}

// texts on which tokenizers differ: spaces, digits, contractions, other scripts, combining marks, code.
var texts = []string{
	"Hello, world! It's 12345 o'clock;  we've   three spaces.\n\n\tTab, and CRLF\r\nhere.", " a leading space", "",
	"Ünïcödé: 日本語のテキスト, русский текст, العربية, हिन्दी, e\u0301 and é, 🙂🙃👩‍👩‍👧", "func main() { fmt.Println(\"x_y-z\", 3.14e-10) }\n    indented",
}

// checkIDs compares the ids of texts.
func checkIDs(path string, want *tokenizer.Tokenizer) error {
	got, err := tokenizer.Open(path)
	if err != nil {
		return err
	}
	defer got.Close()
	for _, text := range append(texts, want.ChatTemplate()) {
		ours, err := got.Encode(text)
		if err != nil {
			return err
		}
		if theirs, err := want.Encode(text); err != nil || !slices.Equal(ours, theirs) {
			return fmt.Errorf("the file's tokenizer gives %q other tokens than the model's (%v)", text, err)
		}
	}
	return nil
}

// checkBytes compares the tensors of a file byte by byte.
func checkBytes(path string, tensors []gguffile.Tensor) error {
	header, err := ggufcheck.Open(path)
	if err != nil {
		return err
	}
	if len(header.TensorInfos) != len(tensors) {
		return fmt.Errorf("%s has %d tensors instead of %d", path, len(header.TensorInfos), len(tensors))
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, tensor := range tensors {
		info, ok := header.GetTensorInfo(tensor.Name)
		if _, shape := info.GoMLXShape(); !ok || uint32(info.Type) != tensor.Type.ID || !slices.Equal(shape, tensor.Shape) {
			return fmt.Errorf("%s has no tensor %s of shape %v and type %s", path, tensor.Name, tensor.Shape, tensor.Type.Name)
		}
		want, err := tensor.Bytes()
		if err != nil {
			return err
		}
		got := make([]byte, len(want))
		if _, err := file.ReadAt(got, header.DataOffset()+int64(info.Offset)); err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s has other values in %s; check the disk for errors", path, tensor.Name)
		}
	}
	return nil
}
