package weights

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/packing"
)

// Weights is a model in the memory of a device. Projections are stored as [in, out]; those that share an input are one
// matrix (q, k and v; gate and up), because one large product is faster than several small ones.
type Weights struct {
	Config  decoder.Config
	Path    string // the folder or GGUF file they were read from
	Hash    string // SHA-256 of its files, in hexadecimal
	Widened string // a sentence about matrices that are not quantized in memory although the form asks for it; "" if there are none

	backend compute.Backend
	device  compute.DeviceNum
	slots   [][]*tensors.Tensor // in the order of Config.Slots; a quantized matrix is two, its codes and its scales
}

// On copies the weights to another device of their backend.
func (w *Weights) On(device compute.DeviceNum) (*Weights, error) {
	copied := *w
	copied.device, copied.slots = device, make([][]*tensors.Tensor, len(w.slots))
	for i, slot := range w.slots {
		for _, tensor := range slot {
			clone, err := tensor.LocalClone()
			if err == nil {
				copied.slots[i] = append(copied.slots[i], clone)
				err = clone.ToDevice(w.backend, device)
			}
			if err != nil {
				copied.Finalize()
				return nil, fmt.Errorf("copy the weights to device %d: %w", device, err)
			}
			clone.FinalizeLocal()
		}
	}
	return &copied, nil
}

// Device is the device whose memory holds the weights.
func (w *Weights) Device() compute.DeviceNum { return w.device }

// Tensors lists the weights in the order in which [decoder.Bind] takes them.
func (w *Weights) Tensors() []*tensors.Tensor { return slices.Concat(w.slots...) }

// Embedding is [vocabulary, hidden], one tensor or two, as [decoder.Config.BindVocabulary] takes them.
func (w *Weights) Embedding() []*tensors.Tensor { return w.slots[0] }

// Layer lists a layer's weights in the order in which [decoder.BindLayer] takes them.
func (w *Weights) Layer(i int) []*tensors.Tensor {
	return slices.Concat(w.layer(i)...)
}

// layer lists the slots of a layer.
func (w *Weights) layer(i int) [][]*tensors.Tensor {
	count := w.layerSlots()
	return w.slots[1+i*count : 1+(i+1)*count]
}

// Norm is the weight of the final norm, [hidden].
func (w *Weights) Norm() *tensors.Tensor { return w.slots[1+w.Config.Layers*w.layerSlots()][0] }

func (w *Weights) layerSlots() int { return len(w.Config.LayerSlots(0)) }

// Head is the vocabulary matrix [vocabulary, hidden], which is the embedding if the two are tied.
func (w *Weights) Head() []*tensors.Tensor {
	if w.Config.TiedEmbeddings {
		return w.Embedding()
	}
	return w.slots[len(w.slots)-1]
}

// Stored calls fn with each tensor of a model folder, in order: its name, its shape, and a function that returns its
// values.
func (w *Weights) Stored(fn func(name string, shape []int, values func() ([]float32, error))) {
	for i, slot := range w.Config.Slots() {
		first := 0
		for _, part := range slot.Parts {
			shape, begin := slot.StoredShape(part), first
			first += part.Rows
			fn(part.Name, shape, func() ([]float32, error) {
				if stored := w.slots[i]; len(stored) == 2 {
					return packing.Unpack(slot, stored[0], stored[1], part, begin)
				}
				values := make([]float32, product(shape))
				err := w.slots[i][0].ConstFlatData(func(flat any) { get(slot, flat.([]float32), values, begin) })
				return values, err
			})
		}
	}
}

// Precision is the type in which products with the matrices are computed: Float32, or that of [Form].
func (w *Weights) Precision() dtypes.DType {
	if w.Config.Products == dtypes.InvalidDType {
		return dtypes.Float32
	}
	return w.Config.Products
}

// Bytes is the size of the weights on their device.
func (w *Weights) Bytes() (bytes int64) {
	for _, tensor := range w.Tensors() {
		bytes += int64(tensor.ByteSize())
	}
	return bytes
}

// WorkingBytes is Bytes and, of quantized weights, what a layer takes that is widened while it computes.
func (w *Weights) WorkingBytes() int64 {
	widened := 0
	for i, slot := range w.Config.LayerSlots(0) {
		if len(w.layer(0)[i]) == 2 {
			widened += slot.Size() * w.Precision().Size()
		}
	}
	return w.Bytes() + int64(widened)
}

// Finalize frees the weights.
func (w *Weights) Finalize() {
	for _, tensor := range w.Tensors() {
		tensor.MustFinalizeAll()
	}
	w.slots = nil
}

func product(shape []int) int {
	n := 1
	for _, dim := range shape {
		n *= dim
	}
	return n
}
