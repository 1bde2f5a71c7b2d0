package llama

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Weights is a model in the memory of a backend. Projections are stored as [in, out], and those that share an
// input as one matrix, q beside k beside v and gate beside up, since one large matrix product is faster than several small
// ones.
type Weights struct {
	Config Config
	Path   string // the folder or GGUF file they came from
	Hash   string // SHA-256 of the files that hold them, in hexadecimal

	backend  compute.Backend
	device   compute.DeviceNum
	tensors  []*tensors.Tensor // in the order of slots
	narrowed bool
}

// source is a model on disk.
type source interface {
	Config() Config
	Shape(name string) (shape []int, ok bool)
	Read(name string) (values []float32, shape []int, err error)
	Close() error
}

// Load reads a model folder (config.json and safetensors) or a GGUF file into the backend's memory, as float32.
func Load(backend compute.Backend, path string) (*Weights, error) {
	src, files, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	defer src.Close()
	w := &Weights{Config: src.Config(), Path: path, backend: backend}
	if err := fits(src, path); err != nil {
		return nil, fmt.Errorf("load the model %s: %w", path, err)
	}
	if w.Hash, err = hashFiles(files); err != nil {
		return nil, fmt.Errorf("load the model: %w", err)
	}
	for _, slot := range w.Config.slots() {
		tensor, err := w.fill(src, slot)
		if err != nil {
			w.Finalize()
			return nil, fmt.Errorf("load the model %s: %w", path, err)
		}
		w.tensors = append(w.tensors, tensor)
	}
	return w, nil
}

func open(path string) (source, []string, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; name a model folder or a .gguf file", err)
	}
	if !stat.IsDir() {
		src, err := openGGUF(path)
		return src, []string{path}, err
	}
	src, err := openFolder(path)
	if err != nil {
		return nil, nil, err
	}
	files := []string{filepath.Join(path, "config.json")}
	for _, file := range src.files {
		files = append(files, file.Path())
	}
	return src, files, nil
}

func (w *Weights) fill(src source, s slot) (*tensors.Tensor, error) {
	tensor, err := tensors.FromShapeForBackend(w.backend, 0, shapes.Make(dtypes.Float32, s.dims...))
	if err != nil {
		return nil, err
	}
	first := 0
	for _, p := range s.parts {
		values, shape, err := src.Read(p.name)
		if err != nil {
			return nil, err
		}
		if want := s.stored(p); !slices.Equal(shape, want) {
			return nil, fmt.Errorf("tensor %q has shape %v where config.json makes it %v", p.name, shape, want)
		}
		if err := tensor.MutableFlatData(func(flat any) { s.put(flat.([]float32), values, first) }); err != nil {
			return nil, err
		}
		first += p.rows
	}
	if w.backend.HasSharedBuffers() {
		return tensor, nil
	}
	if err := tensor.ToDevice(w.backend, 0); err != nil {
		return nil, err
	}
	tensor.FinalizeLocal()
	return tensor, nil
}

// On copies the weights to another device of their backend.
func (w *Weights) On(device compute.DeviceNum) (*Weights, error) {
	there := *w
	there.device, there.tensors = device, nil
	for _, tensor := range w.tensors {
		copied, err := tensor.LocalClone()
		if err == nil {
			there.tensors = append(there.tensors, copied)
			err = copied.ToDevice(w.backend, device)
		}
		if err != nil {
			there.Finalize()
			return nil, fmt.Errorf("copy the weights to device %d: %w", device, err)
		}
		copied.FinalizeLocal()
	}
	return &there, nil
}

// Device is where the weights lie.
func (w *Weights) Device() compute.DeviceNum { return w.device }

// Tensors lists the weights in the order in which [Bind] takes them.
func (w *Weights) Tensors() []*tensors.Tensor { return w.tensors }

// Embedding is [vocabulary, hidden].
func (w *Weights) Embedding() *tensors.Tensor { return w.tensors[0] }

// Layer lists a layer's weights in the order in which [BindLayer] takes them.
func (w *Weights) Layer(i int) []*tensors.Tensor {
	count := w.Config.layerSlots()
	return w.tensors[1+i*count : 1+(i+1)*count]
}

// Norm is the weight of the final norm, [hidden].
func (w *Weights) Norm() *tensors.Tensor { return w.tensors[1+w.Config.Layers*w.Config.layerSlots()] }

// Head is the vocabulary matrix [vocabulary, hidden], which is the embedding where the two are tied.
func (w *Weights) Head() *tensors.Tensor {
	if w.Config.TiedEmbeddings {
		return w.Embedding()
	}
	return w.tensors[len(w.tensors)-1]
}

// Stored calls fn with each tensor of a model folder, in order: its name, its shape, and a function that returns its
// values. The values are only valid until the next call.
func (w *Weights) Stored(fn func(name string, shape []int, values func() ([]float32, error))) {
	for i, s := range w.Config.slots() {
		first := 0
		for _, p := range s.parts {
			shape, begin := s.stored(p), first
			first += p.rows
			fn(p.name, shape, func() ([]float32, error) {
				values := make([]float32, size(shape))
				err := w.tensors[i].ConstFlatData(func(flat any) { s.take(flat.([]float32), values, begin) })
				return values, err
			})
		}
	}
}

// Bytes is the memory that the weights take on their device.
func (w *Weights) Bytes() (bytes int64) {
	for _, tensor := range w.tensors {
		bytes += int64(tensor.ByteSize())
	}
	return bytes
}

// Finalize frees the weights.
func (w *Weights) Finalize() {
	for _, tensor := range w.tensors {
		tensor.MustFinalizeAll()
	}
	w.tensors = nil
}

// hashFiles is the SHA-256 over the files' contents, one after the other.
func hashFiles(paths []string) (string, error) {
	hash := sha256.New()
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(hash, file)
		file.Close()
		if err != nil {
			return "", fmt.Errorf("read %s: %w", path, err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func size(shape []int) int {
	n := 1
	for _, dim := range shape {
		n *= dim
	}
	return n
}

// Hash is Weights.Hash of a model, without loading it.
func Hash(path string) (string, error) {
	src, files, err := open(path)
	if err != nil {
		return "", fmt.Errorf("read the model: %w", err)
	}
	defer src.Close()
	return hashFiles(files)
}
