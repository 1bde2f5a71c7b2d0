package weights

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/configfile"
	"example.com/gonb-dpo/dpocore/weights/packing"
)

// source is a model on disk. Tensors have Hugging Face's names.
type source interface {
	Config() decoder.Config
	Shape(name string) (shape []int, ok bool) // outermost dimension first
	Read(name string) (values []float32, shape []int, err error)

	// ReadRows reads some rows of a matrix, from begin to before end, as they are stored; row i of the model's is Order[i] of
	// them, or i if Order is nil.
	ReadRows(name string, begin, end int) ([]float32, error)
	Order(part decoder.Part) []int
	Close() error
}

// Form is how weights are stored on a device; the zero value is float32.
type Form struct {
	// Quantized keeps the quantized matrices of a GGUF file or of a folder in NF4 so, the embedding and the vocabulary matrix included.
	// They have the values that they have in float32. Matrices whose place in a layer holds unquantized ones in other layers are widened.
	Quantized bool

	// Quantize is the type, one of GGUF's such as Q4_0, or NF4, to which the matrices of an unquantized model are quantized as they are read; "" for
	// none.
	Quantize string

	// Precision is that of the products with the matrices, embedding and vocabulary included, see decoder/product: Float16
	// or BFloat16, or else float32. Matrices are rounded to it as they are read; norms and biases stay float32.
	Precision dtypes.DType
}

// half reports whether matrices are rounded.
func (f Form) half() bool { return f.Precision.IsHalfPrecision() }

// dtype is the type of a slot that is not quantized.
func (f Form) dtype(slot decoder.Slot) dtypes.DType {
	if f.half() && len(slot.Dims) == 2 {
		return f.Precision
	}
	return dtypes.Float32
}

// Load reads a model folder (config.json and safetensors) or a GGUF file into the backend's memory, as float32.
func Load(backend compute.Backend, path string) (*Weights, error) {
	return LoadAs(backend, path, Form{})
}

// LoadAs is [Load] in another form. Matrices are read in pieces of some MB, so that there is no second copy of one.
func LoadAs(backend compute.Backend, path string, form Form) (*Weights, error) {
	src, files, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	defer src.Close()
	w := &Weights{Config: src.Config(), Path: path, backend: backend}
	if form.half() {
		w.Config.Products = form.Precision
	}
	if err := checkShapes(src, path); err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	if err := checkHead(src); err != nil {
		return nil, fmt.Errorf("load the model %s: %w", path, err)
	}
	if w.Hash, err = hashFiles(files); err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	packings, stored := make([]*packing.Packing, len(w.Config.Slots())), codedOf(src, form)
	if stored != nil {
		packings = stored.packings()
		w.Widened = widenedNote(stored, packings)
	}
	for i, slot := range w.Config.Slots() {
		var loaded []*tensors.Tensor
		if packings[i] != nil {
			loaded, err = w.loadPacked(stored, slot, *packings[i])
		} else {
			loaded, err = w.load(src, slot, form.dtype(slot))
		}
		if err != nil {
			w.Finalize()
			return nil, fmt.Errorf("load the model %s: %w", path, err)
		}
		w.slots = append(w.slots, loaded)
	}
	return w, nil
}

// ConfigOf reads the configuration of a model folder or a GGUF file, without the weights.
func ConfigOf(path string) (decoder.Config, error) {
	src, _, err := open(path)
	if err != nil {
		return decoder.Config{}, err
	}
	defer src.Close()
	return src.Config(), nil
}

// open opens a model and lists the files that hold it.
func open(path string) (source, []string, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; name a model folder or a .gguf file", err)
	}
	if !stat.IsDir() {
		src, err := openGGUF(path)
		if err != nil {
			return nil, nil, err
		}
		return src, src.paths(), nil
	}
	src, err := openFolder(path)
	if err != nil {
		return nil, nil, err
	}
	files := []string{filepath.Join(path, configfile.Name)}
	for _, file := range src.files {
		files = append(files, file.Path())
	}
	return src, files, nil
}

// checkShapes compares the shapes of a model's tensors with its configuration, before memory is allocated for them.
func checkShapes(src source, path string) error {
	for _, slot := range src.Config().Slots() {
		for _, part := range slot.Parts {
			shape, ok := src.Shape(part.Name)
			if !ok {
				return fmt.Errorf("%s has no tensor %q", path, part.Name)
			}
			if err := checkShape(slot, part, shape); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return nil
}

func checkShape(slot decoder.Slot, part decoder.Part, shape []int) error {
	if want := slot.StoredShape(part); !slices.Equal(shape, want) {
		return fmt.Errorf("tensor %q has shape %v where config.json makes it %v", part.Name, shape, want)
	}
	return nil
}

// checkHead returns an error if a model whose configuration ties the vocabulary matrix to the embedding stores another one.
func checkHead(src source) error {
	const head, embedding = "lm_head.weight", "model.embed_tokens.weight"
	shape, stored := src.Shape(head)
	if !stored || !src.Config().TiedEmbeddings {
		return nil
	}
	differs := fmt.Errorf("tie_word_embeddings is true, but %s differs from %s; set it to false in config.json if the head was trained, or else remove the tensor", head, embedding)
	slot := src.Config().Slots()[0]
	if !slices.Equal(shape, slot.Dims) {
		return differs
	}
	return eachPiece(slot, slot.Parts[0], func(begin, end int) error {
		first, err := src.ReadRows(head, begin, end)
		if err != nil {
			return err
		}
		second, err := src.ReadRows(embedding, begin, end)
		if err == nil && !slices.Equal(first, second) {
			err = differs
		}
		return err
	})
}

// load reads a slot's parts into a tensor of a type on the device.
func (w *Weights) load(src source, slot decoder.Slot, dtype dtypes.DType) ([]*tensors.Tensor, error) {
	tensor, err := tensors.FromShapeForBackend(w.backend, 0, shapes.Make(dtype, slot.Dims...))
	if err != nil {
		return nil, err
	}
	err = eachPart(src, slot, func(part decoder.Part, begin, end int, to []int) error {
		values, err := readRows(src, slot, part, begin, end)
		if err != nil {
			return err
		}
		return tensor.MutableFlatData(func(flat any) { put(slot, flat, values, to) })
	})
	if err != nil {
		return nil, err
	}
	return w.onDevice(tensor)
}

// eachPart calls read with ranges of rows of each of a slot's parts, from begin to before end, and their rows in the slot.
func eachPart(src source, slot decoder.Slot, read func(part decoder.Part, begin, end int, to []int) error) error {
	first := 0
	for _, part := range slot.Parts {
		to := targets(src, part, first)
		if err := eachPiece(slot, part, func(begin, end int) error { return read(part, begin, end, to[begin:end]) }); err != nil {
			return err
		}
		first += part.Rows
	}
	return nil
}

// pieceValues is about how many values of a matrix are read at a time.
const pieceValues = 4 << 20

// eachPiece calls fn with ranges of a part's rows, from begin to before end.
func eachPiece(slot decoder.Slot, part decoder.Part, fn func(begin, end int) error) error {
	_, width := packing.Sizes(slot)
	size := max(1, pieceValues/width)
	for begin := 0; begin < part.Rows; begin += size {
		if err := fn(begin, min(begin+size, part.Rows)); err != nil {
			return err
		}
	}
	return nil
}

// readRows reads rows of a matrix as they are stored, or values of a vector.
func readRows(src source, slot decoder.Slot, part decoder.Part, begin, end int) ([]float32, error) {
	if len(slot.Dims) == 2 {
		return src.ReadRows(part.Name, begin, end)
	}
	values, _, err := src.Read(part.Name)
	if err != nil {
		return nil, err
	}
	return values[begin:end], nil
}

// targets is the row of a slot for each stored row of a part, whose rows are after the first ones. Values of a vector keep
// their order.
func targets(src source, part decoder.Part, first int) []int {
	to := make([]int, part.Rows)
	for i := range to {
		to[i] = first + i
	}
	for i, stored := range src.Order(part) {
		to[stored] = first + i
	}
	return to
}

// onDevice moves tensors to the device, unless they are there.
func (w *Weights) onDevice(list ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	if w.backend.HasSharedBuffers() {
		return list, nil
	}
	for _, tensor := range list {
		if err := tensor.ToDevice(w.backend, 0); err != nil {
			return nil, err
		}
		tensor.FinalizeLocal()
	}
	return list, nil
}
