// Package lora says which projections of a model have a LoRA adapter, and its size.
package lora

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Shape tells which projections have a low-rank adapter, and its size (Hu et al. 2021,
// https://arxiv.org/abs/2106.09685): a projection W·x becomes W·x + (Alpha/Rank)·B·A·x with A [rank, in], B [out, rank].
type Shape struct {
	Rank    int
	Alpha   float64
	Modules []string // Hugging Face's names, a subset of those that the model has; AllModules for all of the model's

	Ranks  map[string]int     // of the projections whose rank is another
	Alphas map[string]float64 // of those whose alpha is another
	Layers []int              // that have LoRA, in order and counted from 0; empty for all

	// RankStabilized scales by Alpha/√Rank instead (Kalajdzievski 2023, https://arxiv.org/abs/2312.03732).
	RankStabilized bool
}

// AllModules are the seven projections of most models' layers, in the order in which they are stored. With another model
// they mean all that it has.
var AllModules = []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

// KnownModules adds the projections of models that store some of them joined.
var KnownModules = append(slices.Clone(AllModules), "qkv_proj", "gate_up_proj")

// Validate returns an error that names the first impossible setting.
func (l Shape) Validate() error {
	if l.Rank < 1 {
		return fmt.Errorf("the LoRA rank is %d; it must be at least 1 (16 is a good start)", l.Rank)
	}
	if !(l.Alpha > 0) || math.IsInf(l.Alpha, 0) {
		return fmt.Errorf("the LoRA alpha is %g; it must be above 0 (the rank is a good start)", l.Alpha)
	}
	if len(l.Modules) == 0 {
		return fmt.Errorf("no projection is named to carry LoRA; the choice is %s", strings.Join(KnownModules, ", "))
	}
	for _, module := range l.Modules {
		if !slices.Contains(KnownModules, module) {
			return fmt.Errorf("%q is not a projection that can carry LoRA; the choice is %s", module, strings.Join(KnownModules, ", "))
		}
	}
	return l.validatePatterns()
}

func (l Shape) validatePatterns() error {
	for _, module := range slices.Sorted(maps.Keys(l.Ranks)) {
		if l.Ranks[module] < 1 {
			return fmt.Errorf("the LoRA rank of %s is %d; it must be at least 1", module, l.Ranks[module])
		}
	}
	for _, module := range slices.Sorted(maps.Keys(l.Alphas)) {
		if alpha := l.Alphas[module]; !(alpha > 0) || math.IsInf(alpha, 0) {
			return fmt.Errorf("the LoRA alpha of %s is %g; it must be above 0", module, alpha)
		}
	}
	return nil
}

// RankOf is the rank of a projection, such as q_proj.
func (l Shape) RankOf(module string) int {
	if rank, ok := l.Ranks[module]; ok {
		return rank
	}
	return l.Rank
}

// AlphaOf is the alpha of a projection.
func (l Shape) AlphaOf(module string) float64 {
	if alpha, ok := l.Alphas[module]; ok {
		return alpha
	}
	return l.Alpha
}

// ScaleOf is the factor of the adapter's contribution to a projection.
func (l Shape) ScaleOf(module string) float64 {
	rank := float64(l.RankOf(module))
	if l.RankStabilized {
		rank = math.Sqrt(rank)
	}
	return l.AlphaOf(module) / rank
}

// Equal reports whether two adapters have the same shape and scale, in whichever order they name projections. One of all projections is different from one that names them.
func (l Shape) Equal(other Shape) bool {
	for _, module := range l.Modules {
		if l.RankOf(module) != other.RankOf(module) || l.ScaleOf(module) != other.ScaleOf(module) {
			return false
		}
	}
	return slices.Equal(slices.Sorted(slices.Values(l.Modules)), slices.Sorted(slices.Values(other.Modules))) && slices.Equal(l.Layers, other.Layers)
}

// In reports whether a layer has LoRA.
func (l Shape) In(layer int) bool { return len(l.Layers) == 0 || slices.Contains(l.Layers, layer) }

// Of returns the shape in a model that has these projections and a number of layers.
func (l Shape) Of(all []string, layers int) (Shape, error) {
	for _, layer := range l.Layers {
		if layer < 0 || layer >= layers {
			return l, fmt.Errorf("the model has no layer %d for LoRA; its layers are 0 to %d", layer, layers-1)
		}
	}
	for _, module := range slices.Concat(slices.Collect(maps.Keys(l.Ranks)), slices.Collect(maps.Keys(l.Alphas))) {
		if !slices.Contains(all, module) {
			return l, fmt.Errorf("the model has no projection %q for a pattern of LoRA; the choice is %s", module, strings.Join(all, ", "))
		}
	}
	if slices.Equal(l.Modules, AllModules) {
		l.Modules = all
	}
	for _, module := range l.Modules {
		if !slices.Contains(all, module) {
			return l, fmt.Errorf("the model has no projection %q for LoRA; the choice is %s", module, strings.Join(all, ", "))
		}
	}
	return l, nil
}
