package decoder

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// weightGrads collects the gradients of a layer's weights in its backward pass. With an adapter it collects none.
type weightGrads struct {
	layer    Layer
	vectors  map[string]*Node
	matrices [groupCount]*Node
	biases   [groupCount]*Node
}

// names lists the vectors whose gradients are collected, in the order of [Config.LayerSlots].
func (w *weightGrads) names() (names []string) {
	if w.layer.adapter != nil {
		return nil
	}
	for g := range Group(groupCount) {
		for _, vector := range w.layer.Config.block().Vectors(w.layer.Config, g) {
			names = append(names, vector.Name)
		}
	}
	return names
}

// gradient is Gradient, and adds those of the vectors to what is collected.
func (w *weightGrads) gradient(scalar *Node, inputs ...*Node) []*Node {
	names, of := w.names(), inputs
	for _, name := range names {
		of = append(of, w.layer.vectors[name])
	}
	grads := Gradient(scalar, of...)
	for i, name := range names {
		grad := grads[len(inputs)+i]
		if sum := w.vectors[name]; sum != nil {
			grad = Add(sum, grad)
		}
		w.vectors[name] = grad
	}
	return grads[:len(inputs)]
}

// vjp is the vector-Jacobian product: the gradients of inputs, from the gradient of y, which was computed from them.
func (w *weightGrads) vjp(y, gradY *Node, inputs ...*Node) []*Node {
	return w.gradient(weighted(y, gradY), inputs...)
}

// project collects the gradients of a group's matrix and bias from that of its product with x [tokens, in].
func (w *weightGrads) project(g Group, x, grad *Node) {
	if w.layer.adapter != nil {
		return
	}
	w.matrices[g] = matmulTransposed(x, grad)
	if w.layer.biases[g] != nil {
		w.biases[g] = ReduceSum(grad, 0)
	}
}

// list is what was collected, in the order of [Config.LayerSlots].
func (w *weightGrads) list() (grads []*Node) {
	c := w.layer.Config
	for g := range Group(groupCount) {
		for _, vector := range c.block().Vectors(c, g) {
			grads = append(grads, w.vectors[vector.Name])
		}
		grads = append(grads, w.matrices[g])
		if c.biased(g) {
			grads = append(grads, w.biases[g])
		}
	}
	return grads
}
