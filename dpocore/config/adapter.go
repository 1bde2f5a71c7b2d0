package config

import (
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/config/setting"
	"example.com/gonb-dpo/dpocore/decoder"
)

var adapterSettings = Table{
	LoRARank,
	Setting[float64]{
		JSON: "lora_alpha", Label: "the LoRA alpha",
		Kept:  ofAdapter,
		Help:  "the adapter's output is scaled by alpha/r",
		Field: func(c *Config) *float64 { return &c.LoRAAlpha },
		Check: bounds.Above(0., "the rank"),
	},
	Setting[[]string]{
		JSON: "lora_modules", TRL: "lora_target_modules", Label: "the list of LoRA modules", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofAdapter,
		Help:  "the `projections` with LoRA, out of " + strings.Join(decoder.KnownModules, ",") + ", or " + AllLinear + " (default all that the model has)",
		Field: func(c *Config) *[]string { return &c.LoRAModules },
		Rule:  checkModules,
		Text:  func(c Config) string { return strings.Join(c.LoRA().Modules, ", ") },
	},
	Setting[bool]{
		JSON: "use_rslora", Label: "the choice of rank-stabilized scaling",
		Kept:  ofAdapter,
		Help:  "scale by alpha/√r instead (rank-stabilized LoRA)",
		Field: func(c *Config) *bool { return &c.RSLoRA },
	},
	Setting[string]{
		JSON: "init_adapter", Label: "the initial adapter", Swept: Swept{Refused: "the runs would have different references, so that their figures could not be compared"},
		Kept:      "a fork starts from a checkpoint",
		Help:      "PEFT `folder` to start from; its rank and alpha are used, and the model with it is the reference",
		Field:     func(c *Config) *string { return &c.InitAdapter },
		Resumable: true, // run.json has the SHA-256 of its weights, which is compared instead
	},
	Setting[bool]{
		JSON: "adapter_bin", Label: "the choice of adapter_model.bin", Swept: Swept{Refused: noEffect},
		Help:      "also write adapter_model.bin",
		Field:     func(c *Config) *bool { return &c.AdapterBin },
		Resumable: true,
	},
}

func checkModules(c Config) error {
	if slices.Equal(c.LoRAModules, []string{AllLinear}) {
		return nil
	}
	if slices.Contains(c.LoRAModules, AllLinear) {
		return fmt.Errorf("the LoRA modules are %s; %s is all projections, so give it alone", strings.Join(c.LoRAModules, ", "), AllLinear)
	}
	for _, module := range c.LoRAModules {
		if err := oneOf("LoRA module", module, append(slices.Clone(decoder.KnownModules), AllLinear)); err != nil {
			return err
		}
	}
	return nil
}
