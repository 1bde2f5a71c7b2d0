package weights

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/dpocore/weights/packing"
)

// coded is a model whose matrices can be read as codes.
type coded interface {
	source
	packings() []*packing.Packing // how its slots are stored on the device: nil for those in float32
	codes(part decoder.Part, begin, end int) (ggml.Type, ggml.Groups, error)
	kind(part decoder.Part) ggml.Type // the type of a matrix, or the one to which it is quantized; the zero type is not quantized
}

// codedOf is the model as a form has it on the device; nil for a form or a model without codes.
func codedOf(src source, form Form) coded {
	if form.Quantize != "" {
		return quantizer{src, ggml.Named(form.Quantize)}
	}
	if stored, ok := src.(coded); ok && form.Quantized {
		return stored
	}
	return nil
}

// alike are the packings of a model's slots, of which all layers have the same ones quantized, so that their graphs have the same
// number of parameters.
func alike(c decoder.Config, packingOf func(slot decoder.Slot) *packing.Packing) []*packing.Packing {
	slots := c.Slots()
	list := make([]*packing.Packing, len(slots))
	for _, i := range []int{0, len(slots) - 1} { // the embedding, and the vocabulary matrix or the final norm
		list[i] = packingOf(slots[i])
	}
	perLayer := len(c.LayerSlots(0))
	for i := range perLayer {
		for layer := range c.Layers {
			at := 1 + layer*perLayer + i
			list[at] = packingOf(c.LayerSlots(layer)[i])
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

func (g *ggufFile) packings() []*packing.Packing { return alike(g.config, g.packing) }

// packing is that of one slot; nil if it is no matrix, or not quantized.
func (g *ggufFile) packing(slot decoder.Slot) *packing.Packing {
	if len(slot.Dims) != 2 {
		return nil
	}
	var kinds []ggml.Type
	for _, part := range slot.Parts {
		kinds = append(kinds, g.kind(part))
	}
	if p, ok := packing.Join(kinds); ok {
		return &p
	}
	return nil
}

func (g *ggufFile) kind(part decoder.Part) ggml.Type { return g.tensors[g.form.Name(part.Name)].kind }

func (g *ggufFile) codes(part decoder.Part, begin, end int) (kind ggml.Type, groups ggml.Groups, err error) {
	tensor, err := g.find(part.Name)
	if err != nil {
		return kind, groups, err
	}
	raw, err := g.rawRows(part.Name, begin, end)
	if err != nil {
		return kind, groups, err
	}
	return tensor.kind, tensor.kind.Decode(raw), nil
}

func (f *folder) packings() []*packing.Packing { return alike(f.config, f.packing) }

// packing is that of one slot; nil if it is no matrix, or not whole in NF4, or if its blocks cross rows.
func (f *folder) packing(slot decoder.Slot) *packing.Packing {
	for _, part := range slot.Parts {
		if matrix, ok := f.nf4[part.Name]; !ok || matrix.Shape()[1]%ggml.NF4.Block != 0 {
			return nil
		}
	}
	p, _ := packing.Join([]ggml.Type{ggml.NF4})
	return &p
}

func (f *folder) kind(part decoder.Part) (kind ggml.Type) {
	if _, ok := f.nf4[part.Name]; ok {
		kind = ggml.NF4
	}
	return kind
}

func (f *folder) codes(part decoder.Part, begin, end int) (kind ggml.Type, groups ggml.Groups, err error) {
	groups, err = f.nf4[part.Name].Groups(begin, end)
	return ggml.NF4, groups, err
}

// quantizer quantizes a model's matrices as they are read, but for those whose rows the type's blocks don't fill.
type quantizer struct {
	source
	to ggml.Type
}

func (q quantizer) kind(decoder.Part) ggml.Type { return q.to }

func (q quantizer) packings() (list []*packing.Packing) {
	p, _ := packing.Join([]ggml.Type{q.to})
	for _, slot := range q.Config().Slots() {
		var of *packing.Packing
		if _, width := packing.Sizes(slot); len(slot.Dims) == 2 && width%q.to.Block == 0 {
			of = &p
		}
		list = append(list, of)
	}
	return list
}

func (q quantizer) codes(part decoder.Part, begin, end int) (kind ggml.Type, groups ggml.Groups, err error) {
	values, err := q.ReadRows(part.Name, begin, end)
	if err != nil {
		return kind, groups, err
	}
	raw, err := q.to.Quantize(values)
	if err != nil {
		return kind, groups, fmt.Errorf("quantize it to %s: %w", q.to.Name, err)
	}
	return q.to, q.to.Decode(raw), nil
}

// Quantized reports whether a model has quantized tensors: a GGUF file that is not in full or half precision, or a folder in NF4.
func Quantized(path string) bool {
	src, _, err := open(path)
	if err != nil {
		return false
	}
	defer src.Close()
	switch src := src.(type) {
	case *ggufFile:
		for _, tensor := range src.tensors {
			if tensor.kind.Quantized() {
				return true
			}
		}
	case *folder:
		return len(src.nf4) > 0
	}
	return false
}

// Sizes is how many bytes the weights of a model take on a device.
type Sizes struct {
	Float     int64 // not quantized
	Quantized int64 // with the quantized matrices so, if the model has any; otherwise the same
	FourBits  int64 // if the model is quantized to Q4_0 as it is read
}

// SizesOf is the sizes of a model's weights in a precision; quantize is the type to which they are quantized, as in [Form].
func SizesOf(path string, precision dtypes.DType, quantize string) (s Sizes, err error) {
	src, _, err := open(path)
	if err != nil {
		return s, err
	}
	defer src.Close()
	if err := checkShapes(src, path); err != nil {
		return s, err
	}
	s.Float = sizeAs(src, Form{Precision: precision})
	s.Quantized = sizeAs(src, Form{Precision: precision, Quantized: true, Quantize: quantize})
	s.FourBits = sizeAs(src, Form{Precision: precision, Quantize: "Q4_0"})
	return s, nil
}

func sizeAs(src source, form Form) (size int64) {
	slots := src.Config().Slots()
	packings := make([]*packing.Packing, len(slots))
	if stored := codedOf(src, form); stored != nil {
		packings = stored.packings()
	}
	for i, slot := range slots {
		if packings[i] == nil {
			size += int64(form.dtype(slot).Size() * slot.Size())
			continue
		}
		codes, scales := packings[i].Shapes(slot)
		size += int64(codes.ByteSize() + scales.ByteSize())
	}
	return size
}

// loadPacked reads a slot's matrices into two tensors on the device, their codes and their scales.
func (w *Weights) loadPacked(src coded, slot decoder.Slot, p packing.Packing) ([]*tensors.Tensor, error) {
	codes, scales := p.Shapes(slot)
	to := packing.Packer{Packing: p, Slot: slot}
	var err error
	if to.Codes, err = tensors.FromShapeForBackend(w.backend, 0, codes); err != nil {
		return nil, err
	}
	if to.Scales, err = tensors.FromShapeForBackend(w.backend, 0, scales); err != nil {
		return nil, err
	}
	err = eachPart(src, slot, func(part decoder.Part, begin, end int, rows []int) error {
		kind, groups, err := src.codes(part, begin, end)
		if err == nil {
			err = to.Put(packing.Rows{Kind: kind, Groups: groups, To: rows})
		}
		if err != nil {
			return fmt.Errorf("tensor %q: %w", part.Name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.onDevice(to.Codes, to.Scales)
}
