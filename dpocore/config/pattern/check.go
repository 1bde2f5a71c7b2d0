package pattern

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/internal/wording"
)

// AllLinear is PEFT's name for all projections.
const AllLinear = "all-linear"

// CheckModule returns an error if a name is not that of a projection, or one of others.
func CheckModule(what, name string, others ...string) error {
	if i := strings.LastIndex(name, "."); i >= 0 && slices.Contains(decoder.KnownModules, name[i+1:]) {
		return fmt.Errorf("unknown %s %q: ranks, alphas and modules are the same in all layers with LoRA; write %s, and choose the layers with layers_to_transform", what, name, name[i+1:])
	}
	choices := append(slices.Clone(decoder.KnownModules), others...)
	if slices.Contains(choices, name) {
		return nil
	}
	return fmt.Errorf("unknown %s %q; choose %s", what, name, wording.Or(choices))
}

// Check checks the names and the form of a list; what its values may be, the adapter's shape knows. modules are the
// projections with LoRA, if not all.
func Check[T any](name string, list, modules []string, parse func(string) (T, error)) error {
	values, err := Parse(list, parse)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, text := range list {
		module, _, _ := strings.Cut(text, "=")
		if err := CheckModule("projection in "+name, module); err != nil {
			return err
		}
		if len(modules) > 0 && !slices.Equal(modules, []string{AllLinear}) && !slices.Contains(modules, module) {
			return fmt.Errorf("%s has %s, and only %s have LoRA; add it to lora_modules, or leave it out", name, module, strings.Join(modules, ", "))
		}
	}
	lora := decoder.LoRA{Rank: 1, Alpha: 1, Modules: decoder.AllModules}
	switch values := any(values).(type) {
	case map[string]int:
		lora.Ranks = values
	case map[string]float64:
		lora.Alphas = values
	}
	return lora.Validate()
}
