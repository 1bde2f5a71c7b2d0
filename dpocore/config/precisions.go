package config

// The precisions in which the products with the model's matrices are made. Whatever is chosen, norms, attention, the
// vocabulary, LoRA and its optimizer are float32.
const (
	Auto    = "auto" // what choosePrecision says
	Float32 = "float32"
	Float16 = "float16"
)

// Precisions are the values of Config.Precision. bfloat16 is not among them: of its gradients on SmolLM2-135M some tensors
// have a cosine of 0.991 with float32's, where float16's have 0.9995 and more, and a T4 does not have it.
var Precisions = []string{Auto, Float32, Float16}
