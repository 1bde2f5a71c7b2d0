// Package decoder builds the graphs of a decoder-only transformer with LoRA adapters: grouped-query attention, rotary
// positions, a gated MLP (Touvron et al. 2023, https://arxiv.org/abs/2302.13971). It reads no files: package weights loads
// a model, package family describes what each model family computes.
//
// Start with [Bind], which turns a graph's parameters into a [Net], and [Net.Hidden], which builds the forward pass.
// [Layer.Forward] and [Layer.Backward] are one layer's forward and backward pass, for graphs that all layers share. The
// parameters are in the order of [Config.Slots].
//
// Shapes are written as [tokens, hidden]. There is no batch axis: the unit of work is a row of tokens that can hold
// several sequences side by side; [Row] distinguishes them.
package decoder
