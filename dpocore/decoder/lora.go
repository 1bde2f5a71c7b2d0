package decoder

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// LoRA tells which projections have a low-rank adapter, and its size (Hu et al. 2021,
// https://arxiv.org/abs/2106.09685): a projection W·x becomes W·x + (Alpha/Rank)·B·A·x with A [rank, in], B [out, rank].
type LoRA struct {
	Rank    int
	Alpha   float64
	Modules []string // Hugging Face's names, a subset of [Config.Modules]; AllModules for all of the model's

	// RankStabilized scales by Alpha/√Rank instead (Kalajdzievski 2023, https://arxiv.org/abs/2312.03732).
	RankStabilized bool
}

// AllModules are the seven projections of most models' layers, in the order in which they are stored. With another model
// they mean all that it has.
var AllModules = []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

// KnownModules adds the projections of models that store some of them joined.
var KnownModules = append(slices.Clone(AllModules), "qkv_proj", "gate_up_proj")

// Validate returns an error that names the first impossible setting.
func (l LoRA) Validate() error {
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
	return nil
}

// Scale is the factor of the adapter's contribution.
func (l LoRA) Scale() float64 {
	if l.RankStabilized {
		return l.Alpha / math.Sqrt(float64(l.Rank))
	}
	return l.Alpha / float64(l.Rank)
}

// Modules are the projections of the model's layers that can carry LoRA, in the order in which they are stored.
func (c Config) Modules() (names []string) {
	for g := range Group(groupCount) {
		for _, p := range c.block().Projections(c, g) {
			names = append(names, p.Module())
		}
	}
	return names
}

// of returns the settings with the projections of a model.
func (l LoRA) of(c Config) (LoRA, error) {
	all := c.Modules()
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
