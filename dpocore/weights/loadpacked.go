package weights

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/ggml"
)

// packings lists how the model's slots are stored on the device: nil for those in float32. All layers have the same slots
// quantized, so that their graphs have the same number of parameters.
func (g *ggufFile) packings() []*packing {
	slots := g.config.Slots()
	list := make([]*packing, len(slots))
	for _, i := range []int{0, len(slots) - 1} { // the embedding, and the vocabulary matrix or the final norm
		list[i] = g.packing(slots[i])
	}
	perLayer := len(g.config.LayerSlots(0))
	for i := range perLayer {
		for layer := range g.config.Layers {
			at := 1 + layer*perLayer + i
			list[at] = g.packing(g.config.LayerSlots(layer)[i])
			if list[at] == nil {
				for earlier := range layer {
					list[1+earlier*perLayer+i] = nil
				}
				break
			}
		}
	}
	return list
}

// packing is that of one slot; nil if it is no matrix, or not quantized.
func (g *ggufFile) packing(slot decoder.Slot) *packing {
	if len(slot.Dims) != 2 {
		return nil
	}
	var kinds []ggml.Type
	for _, part := range slot.Parts {
		kinds = append(kinds, g.tensors[g.form.Name(part.Name)].kind)
	}
	if p, ok := join(kinds); ok {
		return &p
	}
	return nil
}

// Sizes is how many bytes the weights of a model take on a device.
type Sizes struct {
	Float     int64 // not quantized
	Quantized int64 // with the quantized matrices so, if the file has any; otherwise the same
	FourBits  int64 // about, in a file that is quantized with 4 bits
}

// SizesOf is the sizes of a model's weights in a precision.
func SizesOf(path string, precision dtypes.DType) (s Sizes, err error) {
	src, _, err := open(path)
	if err != nil {
		return s, err
	}
	defer src.Close()
	form, slots := Form{Precision: precision}, src.Config().Slots()
	packings := make([]*packing, len(slots))
	if file, ok := src.(*ggufFile); ok {
		if err := checkShapes(src, path); err != nil {
			return s, err
		}
		packings = file.packings()
	}
	for i, slot := range slots {
		size := int64(form.dtype(slot).Size() * slot.Size())
		s.Float += size
		s.FourBits += int64(slot.Size()) * 2 / 3
		if packings[i] != nil {
			codes, scales := packings[i].shapes(slot)
			size = int64(codes.ByteSize() + scales.ByteSize())
		}
		s.Quantized += size
	}
	return s, nil
}

// loadPacked reads a slot's matrices into two tensors on the device, their codes and their scales.
func (w *Weights) loadPacked(file *ggufFile, slot decoder.Slot, p packing) ([]*tensors.Tensor, error) {
	codes, scales := p.shapes(slot)
	to := packer{packing: p, slot: slot}
	var err error
	if to.codes, err = tensors.FromShapeForBackend(w.backend, 0, codes); err != nil {
		return nil, err
	}
	if to.scales, err = tensors.FromShapeForBackend(w.backend, 0, scales); err != nil {
		return nil, err
	}
	first := 0
	for _, part := range slot.Parts {
		tensor, err := file.find(part.Name)
		if err != nil {
			return nil, err
		}
		if err := checkShape(slot, part, tensor.shape); err != nil {
			return nil, err
		}
		if err := to.putPart(file, part, first); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", part.Name, err)
		}
		first += part.Rows
	}
	return w.onDevice(to.codes, to.scales)
}

// putPart reads a stored matrix; first is the number of rows of the matrices before it.
func (p packer) putPart(file *ggufFile, part decoder.Part, first int) error {
	tensor, err := file.find(part.Name)
	if err != nil {
		return err
	}
	to := targets(file, part, first)
	_, width := sizes(p.slot)
	return eachPiece(p.slot, part, func(begin, end int) error {
		raw, err := file.rawRows(part.Name, begin, end)
		if err != nil {
			return err
		}
		return p.put(codedRows{tensor.kind, tensor.kind.Decode(raw), to[begin:end], width})
	})
}
