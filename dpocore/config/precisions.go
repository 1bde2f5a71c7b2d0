package config

import "cmp"

// The precisions of the products with the model's matrices, in attention and with the vocabulary. The results of these
// products, LoRA, norms, softmax, log-probabilities and the optimizer are always float32.
const (
	Auto     = "auto" // bfloat16 with AMX or on GPUs from Ampere on, float16 for a large model on another GPU, else float32
	Float32  = "float32"
	Float16  = "float16"
	BFloat16 = "bfloat16"
)

// Precisions lists the values of Config.Precision.
var Precisions = []string{Auto, Float32, Float16, BFloat16}

// The forms of a quantized file's weights in memory.
const (
	Quantized = "quantized" // as in the file; a layer's are widened while it computes
	Float     = "float"     // widened when they are loaded
)

// BaseWeights lists the values of Config.BaseWeights. The weights of other files are always float.
var BaseWeights = []string{Auto, Quantized, Float}

// Quantizations are the types to which the weights of an unquantized model can be quantized as they are read: those of GGUF with blocks
// of 32 values, and QLoRA's.
var Quantizations = []string{"q8_0", "q4_0", "nf4"}

// Base returns the form in which the base weights are loaded: one of [BaseWeights] or of [Quantizations].
func (c Config) Base() string { return cmp.Or(c.Quantize, c.BaseWeights) }
