package rotary

import . "github.com/gomlx/gomlx/core/graph"

// Rotate rotates the halves (a, b) of the first rotaryDim values of x [tokens, ..., headDim] by each token's angles, whose
// cosine and sine are [tokens, rotaryDim/2], to
// (a·cos − b·sin, b·cos + a·sin). Values after them stay.
func Rotate(x, cosine, sine *Node) *Node {
	dims := x.Shape().Dimensions
	half := cosine.Shape().Dim(1)
	expanded := make([]int, len(dims))
	for i := range expanded {
		expanded[i] = 1
	}
	expanded[0], expanded[len(expanded)-1] = dims[0], half
	target := append(append([]int{}, dims[:len(dims)-1]...), half)
	cos := BroadcastToDims(Reshape(cosine, expanded...), target...)
	sin := BroadcastToDims(Reshape(sine, expanded...), target...)
	a := SliceAxis(x, -1, AxisRange(0, half))
	b := SliceAxis(x, -1, AxisRange(half, 2*half))
	parts := []*Node{Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))}
	if size := dims[len(dims)-1]; 2*half < size {
		parts = append(parts, SliceAxis(x, -1, AxisRange(2*half, size)))
	}
	return Concatenate(parts, -1)
}
