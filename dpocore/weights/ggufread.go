package weights

import (
	"errors"
	"fmt"
	"os"

	"github.com/gomlx/go-huggingface/models/gguf"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/ggml"
)

// ggufTensor is a tensor's place in a file.
type ggufTensor struct {
	file   *os.File
	offset int64
	kind   ggml.Type
	shape  []int // outermost dimension first
}

// add opens one of a model's files and lists its tensors.
func (g *ggufFile) add(header *gguf.File) error {
	file, err := os.Open(header.Path())
	if err != nil {
		return err
	}
	g.files = append(g.files, file)
	for _, info := range header.TensorInfos {
		kind, ok := ggml.Find(uint32(info.Type))
		if !ok {
			return fmt.Errorf("tensor %q has the unknown type %s", info.Name, info.Type)
		}
		if _, repeated := g.tensors[info.Name]; repeated {
			return fmt.Errorf("there are two tensors %q", info.Name)
		}
		_, shape := info.GoMLXShape()
		g.tensors[info.Name] = ggufTensor{file, header.DataOffset() + int64(info.Offset), kind, shape}
	}
	return nil
}

func (g *ggufFile) Config() decoder.Config { return g.config }

func (g *ggufFile) Close() error {
	var errs []error
	for _, file := range g.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// paths lists the files, the first one first.
func (g *ggufFile) paths() (paths []string) {
	for _, file := range g.files {
		paths = append(paths, file.Name())
	}
	return paths
}

// Shape reverses the order of a GGUF file, which has the innermost dimension first.
func (g *ggufFile) Shape(name string) ([]int, bool) {
	tensor, ok := g.tensors[g.form.Name(name)]
	return tensor.shape, ok
}

// Read widens quantized and half-precision tensors to float32.
func (g *ggufFile) Read(name string) (values []float32, shape []int, err error) {
	tensor, raw, err := g.raw(name)
	if err != nil {
		return nil, nil, err
	}
	return g.restore(name, tensor.kind.Float32(raw), tensor.shape), tensor.shape, nil
}

// restore undoes what the conversion to GGUF did to a tensor's values.
func (g *ggufFile) restore(name string, values []float32, shape []int) []float32 {
	if g.form.Restore == nil {
		return values
	}
	return g.form.Restore(name, values, shape, g.config)
}

// find returns the place of a tensor by Hugging Face's name.
func (g *ggufFile) find(name string) (ggufTensor, error) {
	stored := g.form.Name(name)
	tensor, ok := g.tensors[stored]
	if !ok {
		return tensor, fmt.Errorf("%s has no tensor %q", g.path, stored)
	}
	return tensor, nil
}

// raw reads a tensor's bytes.
func (g *ggufFile) raw(name string) (ggufTensor, []byte, error) {
	tensor, err := g.find(name)
	if err != nil {
		return tensor, nil, err
	}
	raw, err := tensor.bytes(g.form.Name(name), 0, product(tensor.shape))
	return tensor, raw, err
}

// Order implements [source].
func (g *ggufFile) Order(part decoder.Part) []int {
	return g.form.Order(part.Name, part.Rows, g.config)
}

// ReadRows widens quantized and half-precision values to float32.
func (g *ggufFile) ReadRows(name string, begin, end int) ([]float32, error) {
	tensor, err := g.find(name)
	if err != nil {
		return nil, err
	}
	raw, err := g.rawRows(name, begin, end)
	if err != nil {
		return nil, err
	}
	return tensor.kind.Float32(raw), nil
}

// rawRows reads the bytes of a matrix's rows from begin to before end.
func (g *ggufFile) rawRows(name string, begin, end int) ([]byte, error) {
	tensor, err := g.find(name)
	if err != nil {
		return nil, err
	}
	width := product(tensor.shape[1:])
	return tensor.bytes(g.form.Name(name), begin*width, (end-begin)*width)
}

// bytes reads those of some values of a tensor, from the first one on; name is GGUF's.
func (t ggufTensor) bytes(name string, first, values int) ([]byte, error) {
	before, err := t.kind.Size(first)
	size, sizeErr := t.kind.Size(values)
	if err := errors.Join(err, sizeErr); err != nil {
		return nil, fmt.Errorf("tensor %q of %s: %w", name, t.file.Name(), err)
	}
	raw := make([]byte, size)
	if _, err := t.file.ReadAt(raw, t.offset+int64(before)); err != nil {
		return nil, fmt.Errorf("read tensor %q of %s: %w", name, t.file.Name(), err)
	}
	return raw, nil
}
