package decoder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Factor is one matrix of an adapter inside the flat vector that holds them all.
type Factor struct {
	Name   string // PEFT's name, such as base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight
	Shape  []int  // A [rank, in], B [out, rank]
	Offset int    // of its first value
	IsA    bool
}

// Size is the number of values.
func (f Factor) Size() int { return size(f.Shape) }

// Layout is the order of an adapter's factors in one flat vector of float32, so that its optimizer state, its gradient and
// its checkpoint are vectors too. The A factors of a group are adjacent: together they are one matrix.
type Layout struct {
	LoRA    LoRA
	Factors []Factor // of the layers that have LoRA
	Size    int

	// LayerSize is the number of values of one layer. All layers have places for the same factors in the same order. Where a layer
	// has no LoRA they are zero, and training leaves them so: the gradient of A is a product with B, and that of B with A.
	LayerSize int

	groups [groupCount]groupLayout // of the first layer, so that offsets count from a layer's begin

	slots []Slot // of a model that is trained whole; nil for an adapter
}

// WholeLayout lays out all weights of a model that is trained without an adapter, slot after slot in the order of [Config.Slots],
// each as graphs take it.
func WholeLayout(c Config) Layout {
	return Layout{slots: c.Slots(), Size: c.Parameters()}
}

// Whole reports whether the values are those of all weights.
func (l Layout) Whole() bool { return l.slots != nil }

// Slots are those of all weights; none for an adapter.
func (l Layout) Slots() []Slot { return l.slots }

// Shapes are the shapes of the tensors in which a model of some layers has the values, one after the other: a vector [LayerSize] of
// each layer or, of all weights, those of the slots.
func (l Layout) Shapes(layers int) (shapes [][]int) {
	for _, slot := range l.slots {
		shapes = append(shapes, slot.Dims)
	}
	if !l.Whole() {
		shapes = slices.Repeat([][]int{{l.LayerSize}}, layers)
	}
	return shapes
}

// NameAt is the name of the factor that has the value at an offset, or of the stored tensors that are joined in its slot, such as
// model.layers.3.mlp.up_proj.weight; "" for a place in a layer without LoRA.
func (l Layout) NameAt(offset int) string {
	for _, factor := range l.Factors {
		if offset >= factor.Offset && offset < factor.Offset+factor.Size() {
			return factor.Name
		}
	}
	for _, slot := range l.slots {
		if offset < slot.Size() {
			return slot.Names()
		}
		offset -= slot.Size()
	}
	return ""
}

// groupLayout is a group of a layer: its joined A and its B factors.
type groupLayout struct {
	outputs []int // the widths of its projections
	present []int // indices of the projections that have LoRA
	ranks   []int // of these, like the next
	scales  []float64
	a       Factor
	b       []Factor // one for each of present
}

// NewLayout lays out an adapter for a model.
func NewLayout(c Config, l LoRA) (Layout, error) {
	if err := l.Validate(); err != nil {
		return Layout{}, err
	}
	l, err := l.Of(c.Modules(), c.Layers)
	if err != nil {
		return Layout{}, err
	}
	layout := Layout{LoRA: l}
	for layer := range c.Layers {
		for g := range Group(groupCount) {
			group := layout.addGroup(c, layer, g)
			if layer == 0 {
				layout.groups[g] = group
			}
		}
	}
	layout.LayerSize = layout.Size / c.Layers
	return layout, nil
}

func (l *Layout) addGroup(c Config, layer int, g Group) (group groupLayout) {
	projections := c.block().Projections(c, g)
	for i, p := range projections {
		group.outputs = append(group.outputs, p.Out)
		if module := p.Module(); slices.Contains(l.LoRA.Modules, module) {
			group.present = append(group.present, i)
			group.ranks, group.scales = append(group.ranks, l.LoRA.RankOf(module)), append(group.scales, l.LoRA.ScaleOf(module))
		}
	}
	in := c.inputSize(g)
	group.a = Factor{Shape: []int{group.joinedRank(), in}, Offset: l.Size, IsA: true}
	for at, i := range group.present {
		l.add(layer, projections[i].Name, "A", group.ranks[at], in)
	}
	for at, i := range group.present {
		group.b = append(group.b, l.add(layer, projections[i].Name, "B", projections[i].Out, group.ranks[at]))
	}
	return group
}

// joinedRank is the number of rows of the joined A.
func (g groupLayout) joinedRank() int { return g.begin(len(g.ranks)) }

// begin is the first row of a projection's A in the joined A; at counts those that have LoRA.
func (g groupLayout) begin(at int) (row int) {
	for _, rank := range g.ranks[:at] {
		row += rank
	}
	return row
}

func (l *Layout) add(layer int, projection, matrix string, rows, cols int) Factor {
	factor := Factor{
		Name:   fmt.Sprintf("base_model.model.model.layers.%d.%s.lora_%s.weight", layer, projection, matrix),
		Shape:  []int{rows, cols},
		Offset: l.Size,
		IsA:    matrix == "A",
	}
	if l.LoRA.In(layer) {
		l.Factors = append(l.Factors, factor)
	}
	l.Size += factor.Size()
	return factor
}

// LayerFactors are the factors of a layer in their order, the A of a group joined, without names.
func (l Layout) LayerFactors() (factors []Factor) {
	for _, group := range l.groups {
		if len(group.present) > 0 {
			factors = append(append(factors, group.a), group.b...)
		}
	}
	return factors
}

// Init returns the values of an adapter before training, initialized like PEFT's: A uniform in ±1/√in (Kaiming with
// a = √5), B zero, so that the model with the adapter equals the model without. The same seed gives the same values.
func (l Layout) Init(seed uint64) []float32 {
	random := rand.New(rand.NewPCG(seed, 0x10ca))
	values := make([]float32, l.Size)
	for _, factor := range l.Factors {
		if !factor.IsA {
			continue
		}
		bound := 1 / math.Sqrt(float64(factor.Shape[1]))
		for i := range factor.Size() {
			values[factor.Offset+i] = float32((2*random.Float64() - 1) * bound)
		}
	}
	return values
}

// Of returns the factors A and B of a stored projection, such as model.layers.3.mlp.up_proj.weight; ok is false if it has
// none.
func (l Layout) Of(tensor string) (a, b Factor, ok bool) {
	prefix := "base_model.model." + strings.TrimSuffix(tensor, ".weight") + ".lora_"
	for _, factor := range l.Factors {
		switch factor.Name {
		case prefix + "A.weight":
			a, ok = factor, true
		case prefix + "B.weight":
			b = factor
		}
	}
	return a, b, ok
}
