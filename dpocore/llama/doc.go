// Package llama is the language model: a Llama (Touvron et al. 2023, https://arxiv.org/abs/2302.13971) with
// grouped-query attention, rotary positions and LoRA adapters, written on gomlx's graph. SmolLM2, TinyLlama and Llama 3
// are such models; Qwen2 and Qwen2.5 are too, with biases on queries, keys and values.
//
// Start with [Load], which reads a model folder or a GGUF file, and [Net.Hidden], which builds the forward pass in a
// graph. A graph takes its weights as parameters: [Weights.Tensors] gives them in the order in which [Bind] takes them.
//
// Shapes are written as [tokens, hidden]. There is no batch axis: the unit of work is a row of tokens in which several
// sequences can stand side by side, told apart by [Row].
package llama
