// Package weights reads model files into a device's memory: a Hugging Face folder (config.json and safetensors, which may be
// in NF4 as bitsandbytes writes it) or a GGUF file.
//
// Start with [Load]. [Weights.Tensors] are the tensors in the order in which [decoder.Bind] takes them.
package weights
