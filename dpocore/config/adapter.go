package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/config/pattern"
	"example.com/gonb-dpo/dpocore/config/setting"
	"example.com/gonb-dpo/dpocore/decoder"
)

// OfAdapter are the settings of adapters, which full fine-tuning does not have.
var OfAdapter = Table{
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
		Help:  "the `projections` with LoRA, out of " + strings.Join(decoder.KnownModules, ",") + ", or " + pattern.AllLinear + " (default all that the model has)",
		Field: func(c *Config) *[]string { return &c.LoRAModules },
		Rule:  checkModules,
		Text:  modulesText,
	},
	Setting[bool]{
		JSON: "use_rslora", Label: "the choice of rank-stabilized scaling",
		Kept:  ofAdapter,
		Help:  "scale by alpha/√r instead (rank-stabilized LoRA)",
		Field: func(c *Config) *bool { return &c.RSLoRA },
	},
	Setting[[]string]{
		JSON: "rank_pattern", Label: "the list of ranks", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofAdapter,
		Help:  "ranks of `projections` for which lora-r does not count, such as q_proj=8,down_proj=32",
		Field: func(c *Config) *[]string { return &c.RankPattern },
		Rule:  func(c Config) error { return pattern.Check("rank_pattern", c.RankPattern, c.LoRAModules, strconv.Atoi) },
		Text:  func(c Config) string { return pattern.Text(c.RankPattern) },
	},
	Setting[[]string]{
		JSON: "alpha_pattern", Label: "the list of alphas", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofAdapter,
		Help:  "alphas of `projections` for which lora-alpha does not count, such as q_proj=16",
		Field: func(c *Config) *[]string { return &c.AlphaPattern },
		Rule:  func(c Config) error { return pattern.Check("alpha_pattern", c.AlphaPattern, c.LoRAModules, parseFloat) },
		Text:  func(c Config) string { return pattern.Text(c.AlphaPattern) },
	},
	Setting[[]int]{
		JSON: "layers_to_transform", Label: "the list of layers with LoRA", Swept: Swept{Rebuilds: setting.All},
		Kept:  ofAdapter,
		Help:  "the `layers` with LoRA, counted from 0, such as 0,1,2 (default all)",
		Field: func(c *Config) *[]int { return &c.LayersToTransform },
		Rule:  checkLayers,
		Text:  func(c Config) string { return cmp.Or(strings.Trim(fmt.Sprint(c.layers()), "[]"), "all") },
	},
	Setting[float64]{
		JSON: "lora_dropout", Label: "the dropout of the adapter", Swept: Swept{Rebuilds: setting.LossOnly},
		Help:  "`share` of the values that go into the adapter that each step sets to 0 at random, such as 0.05; neither the reference nor evaluations have it",
		Field: func(c *Config) *float64 { return &c.LoRADropout },
		Check: bounds.BelowOne,
	},
	Setting[float64]{
		JSON: "loraplus_lr_ratio", Label: "the ratio of LoRA+", Swept: Swept{Rebuilds: setting.LossOnly},
		Help:  "LoRA+: the learning rate of the factors B is this `ratio` times that of A, such as 16; 0 for the same",
		Field: func(c *Config) *float64 { return &c.LoRAPlusRatio },
		Check: bounds.AtLeast(0., "16"),
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
	if slices.Equal(c.LoRAModules, []string{pattern.AllLinear}) {
		return nil
	}
	if slices.Contains(c.LoRAModules, pattern.AllLinear) {
		return fmt.Errorf("the LoRA modules are %s; %s is all projections, so give it alone", strings.Join(c.LoRAModules, ", "), pattern.AllLinear)
	}
	for _, module := range c.LoRAModules {
		if err := pattern.CheckModule("LoRA module", module, pattern.AllLinear); err != nil {
			return err
		}
	}
	return nil
}

// LoRA returns the adapter's shape and scale.
func (c Config) LoRA() decoder.LoRA {
	modules := c.LoRAModules
	if len(modules) == 0 || slices.Equal(modules, []string{pattern.AllLinear}) {
		modules = decoder.AllModules
	}
	lora := decoder.LoRA{Rank: c.LoRARank, Alpha: c.LoRAAlpha, Modules: modules, RankStabilized: c.RSLoRA, Layers: c.layers()}
	lora.Ranks, _ = pattern.Parse(c.RankPattern, strconv.Atoi) // which Validate checks
	lora.Alphas, _ = pattern.Parse(c.AlphaPattern, parseFloat)
	return lora
}

// SetLoRA sets the adapter's shape and scale. all are the projections of the model.
func (c *Config) SetLoRA(l decoder.LoRA, all []string) {
	c.LoRARank, c.LoRAAlpha, c.RSLoRA, c.LoRAModules, c.LayersToTransform = l.Rank, l.Alpha, l.RankStabilized, l.Modules, l.Layers
	if slices.Equal(l.Modules, all) {
		c.LoRAModules = nil
	}
	c.RankPattern, c.AlphaPattern = pattern.List(l.Ranks), pattern.List(l.Alphas)
}

// layers are those with LoRA, in order and each once; nil for all.
func (c Config) layers() []int {
	if len(c.LayersToTransform) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(c.LayersToTransform)))
}

func parseFloat(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

// modulesText has the modules in the order of decoder.KnownModules, since theirs in the list does not matter.
func modulesText(c Config) string {
	modules := slices.Clone(c.LoRA().Modules)
	slices.SortFunc(modules, func(a, b string) int {
		return cmp.Compare(slices.Index(decoder.KnownModules, a), slices.Index(decoder.KnownModules, b))
	})
	return strings.Join(modules, ", ")
}

func checkLayers(c Config) error {
	if len(c.LayersToTransform) > 0 && slices.Min(c.LayersToTransform) < 0 {
		return errors.New("layers_to_transform has a number below 0; layers are counted from 0")
	}
	return nil
}
