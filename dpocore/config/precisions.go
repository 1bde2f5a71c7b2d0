package config

// The precisions of the products with the model's matrices. Norms, attention, the vocabulary projection, LoRA and the
// optimizer always use float32.
const (
	Auto    = "auto" // float32, or float16 for a large model on a GPU
	Float32 = "float32"
	Float16 = "float16"
)

// Precisions lists the values of Config.Precision. bfloat16 is left out: on SmolLM2-135M some of its gradient tensors
// have a cosine of only 0.991 with float32's, where float16's have at least 0.9995, and a T4 does not support it.
var Precisions = []string{Auto, Float32, Float16}

// The forms of a quantized file's weights in memory.
const (
	Quantized = "quantized" // as in the file; a layer's are widened while it computes
	Float     = "float"     // widened when they are loaded
)

// BaseWeights lists the values of Config.BaseWeights. The weights of other files are always float.
var BaseWeights = []string{Auto, Quantized, Float}
