package llama

import (
	"fmt"
	"slices"
)

// Family is a kind of model that this package computes, under its name in config.json (model_type). All are Llamas;
// they differ in where biases stand.
type Family string

// The families. SmolLM2, TinyLlama and Llama 3 are of the first, Qwen2 and Qwen2.5 of the second.
const (
	FamilyLlama Family = "llama"
	FamilyQwen2 Family = "qwen2"
)

// architectures names the class of each family in transformers.
var architectures = map[Family]string{FamilyLlama: "LlamaForCausalLM", FamilyQwen2: "Qwen2ForCausalLM"}

// check refuses a family that this package does not compute.
func (f Family) check() error {
	if architectures[f] != "" {
		return nil
	}
	return fmt.Errorf("the model is of type %q; this program knows %q (SmolLM2, TinyLlama, Llama 3) and %q (Qwen2, Qwen2.5)",
		string(f), string(FamilyLlama), string(FamilyQwen2))
}

// biased reports whether the projections of a group add a bias. Qwen2's queries, keys and values always do.
func (c Config) biased(g group) bool {
	switch g {
	case groupQKV:
		return c.AttentionBias || c.Family == FamilyQwen2
	case groupO:
		return c.AttentionBias
	default:
		return c.MLPBias
	}
}

// layerSlots is the number of slots of a layer: two norms, and a matrix and perhaps a bias for each group.
func (c Config) layerSlots() int {
	count := 2
	for g := range groups {
		count++
		if c.biased(group(g)) {
			count++
		}
	}
	return count
}

// refuseExtras names settings of config.json under which the family computes something else.
func (f fileConfig) refuseExtras() error {
	other := func(kind string) bool { return kind != "full_attention" }
	switch {
	case f.HiddenAct != "silu" && f.HiddenAct != "":
		return fmt.Errorf("hidden_act is %q; this program knows \"silu\"", f.HiddenAct)
	case f.Family == FamilyQwen2 && f.UseSlidingWindow:
		return fmt.Errorf("use_sliding_window is true; this program computes full attention alone")
	case slices.ContainsFunc(f.LayerTypes, other):
		at := slices.IndexFunc(f.LayerTypes, other)
		return fmt.Errorf("layer_types has %q for layer %d; this program computes \"full_attention\" alone", f.LayerTypes[at], at)
	case named(f.DualChunk):
		return fmt.Errorf("dual_chunk_attention_config is set; this program computes full attention alone")
	case named(f.Quantization):
		return fmt.Errorf("the weights are quantized (quantization_config is %s); use the model that they were made from", f.Quantization)
	}
	return nil
}
