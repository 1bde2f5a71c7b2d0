package llama

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// LoRA says which projections carry a low-rank adapter and how wide it is (Hu et al. 2021,
// https://arxiv.org/abs/2106.09685): a projection W·x becomes W·x + (Alpha/Rank)·B·A·x with A [rank, in], B [out, rank].
type LoRA struct {
	Rank    int
	Alpha   float64
	Modules []string // Hugging Face's names, a subset of AllModules

	// RankStabilized scales by Alpha/√Rank instead (Kalajdzievski 2023, https://arxiv.org/abs/2312.03732).
	RankStabilized bool
}

// AllModules are the seven projections of a layer, in the order in which they are stored.
var AllModules = []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

// Validate names the first setting that no adapter can have.
func (l LoRA) Validate() error {
	if l.Rank < 1 {
		return fmt.Errorf("the LoRA rank is %d; it must be at least 1 (16 is a good start)", l.Rank)
	}
	if !(l.Alpha > 0) || math.IsInf(l.Alpha, 0) {
		return fmt.Errorf("the LoRA alpha is %g; it must be above 0 (the rank is a good start)", l.Alpha)
	}
	if len(l.Modules) == 0 {
		return fmt.Errorf("no projection is named to carry LoRA; the choice is %s", strings.Join(AllModules, ", "))
	}
	for _, module := range l.Modules {
		if !slices.Contains(AllModules, module) {
			return fmt.Errorf("%q is not a projection that can carry LoRA; the choice is %s", module, strings.Join(AllModules, ", "))
		}
	}
	return nil
}

// Scale is the factor of the adapter's contribution.
func (l LoRA) Scale() float64 {
	if l.RankStabilized {
		return l.Alpha / math.Sqrt(float64(l.Rank))
	}
	return l.Alpha / float64(l.Rank)
}

// group is a set of projections that share their input.
type group int

const (
	groupQKV group = iota
	groupO
	groupGateUp
	groupDown
)

// groups lists the projections of each group with the folder of the layer that holds them.
var groups = [...]struct {
	parent  string
	modules []string
}{
	groupQKV:    {"self_attn", []string{"q_proj", "k_proj", "v_proj"}},
	groupO:      {"self_attn", []string{"o_proj"}},
	groupGateUp: {"mlp", []string{"gate_proj", "up_proj"}},
	groupDown:   {"mlp", []string{"down_proj"}},
}

// outputs are the widths of a group's projections; input is the width they share.
func (c Config) outputs(g group) []int {
	switch g {
	case groupQKV:
		return []int{c.queries(), c.keyValues(), c.keyValues()}
	case groupGateUp:
		return []int{c.IntermediateSize, c.IntermediateSize}
	default:
		return []int{c.HiddenSize}
	}
}

func (c Config) input(g group) int {
	switch g {
	case groupO:
		return c.queries()
	case groupDown:
		return c.IntermediateSize
	default:
		return c.HiddenSize
	}
}

// Factor is one matrix of an adapter inside the flat vector that holds them all.
type Factor struct {
	Name   string // PEFT's name, such as base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight
	Shape  []int  // A [rank, in], B [out, rank]
	Offset int    // of its first value
	IsA    bool
}

// Size is the number of values.
func (f Factor) Size() int { return size(f.Shape) }

// Layout places all of an adapter's factors in one flat vector of float32, so that its optimizer, its gradient and its
// checkpoint are vectors too. In a group the A factors stand next to each other: together they are one matrix.
type Layout struct {
	LoRA    LoRA
	Factors []Factor
	Size    int

	// LayerSize is the part of one layer. All layers have the same factors in the same order.
	LayerSize int

	blocks  [len(groups)]block // of the first layer, so that offsets count from a layer's begin
	outputs [len(groups)][]int // the widths of each group's projections
}

// block is a group of a layer: its joined A and its B factors.
type block struct {
	present []int // indices into the group's modules that carry LoRA
	a       Factor
	b       []Factor // one for each of present
}

// NewLayout lays out an adapter for a model.
func NewLayout(c Config, l LoRA) (Layout, error) {
	if err := l.Validate(); err != nil {
		return Layout{}, err
	}
	layout := Layout{LoRA: l}
	for g := range groups {
		layout.outputs[g] = c.outputs(group(g))
	}
	for layer := range c.Layers {
		for g := range groups {
			block := layout.addGroup(c, layer, group(g))
			if layer == 0 {
				layout.blocks[g] = block
			}
		}
	}
	layout.LayerSize = layout.Size / c.Layers
	return layout, nil
}

func (l *Layout) addGroup(c Config, layer int, g group) (b block) {
	for i, module := range groups[g].modules {
		if slices.Contains(l.LoRA.Modules, module) {
			b.present = append(b.present, i)
		}
	}
	rank, in := l.LoRA.Rank, c.input(g)
	b.a = Factor{Shape: []int{rank * len(b.present), in}, Offset: l.Size, IsA: true}
	for _, i := range b.present {
		l.add(layer, g, i, "A", rank, in)
	}
	for _, i := range b.present {
		b.b = append(b.b, l.add(layer, g, i, "B", c.outputs(g)[i], rank))
	}
	return b
}

func (l *Layout) add(layer int, g group, module int, matrix string, rows, cols int) Factor {
	factor := Factor{
		Name: fmt.Sprintf("base_model.model.model.layers.%d.%s.%s.lora_%s.weight",
			layer, groups[g].parent, groups[g].modules[module], matrix),
		Shape:  []int{rows, cols},
		Offset: l.Size,
		IsA:    matrix == "A",
	}
	l.Factors = append(l.Factors, factor)
	l.Size += factor.Size()
	return factor
}

// Init returns an adapter before training, as PEFT makes it: A uniform in ±1/√in (Kaiming with a = √5), B zero, so
// that the model with it equals the model without. The same seed gives the same values.
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

// Of returns the factors A and B of a stored projection, such as model.layers.3.mlp.up_proj.weight; ok is false where
// it carries none.
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
