package llama

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// maskedOut is added to the attention scores of what a token must not see. It is finite, so that a row of padding,
// which sees nothing, gives no NaN.
const maskedOut = -1e9

// Row holds a row's tokens in a graph, each [tokens] int32. Two tokens belong together when their Pair is equal; the
// prompt (branch 0) is seen by both answers (1 and 2), which don't see each other. Position restarts in each sequence.
type Row struct {
	Tokens, Pair, Branch, Position *Node
}

// Places says where a row's tokens stand, for all layers alike: the cosines and sines of their positions' angles
// [tokens, headDim/2], and the bias [tokens, tokens] of attention, 0 where the token of the first axis sees that of the
// second.
type Places struct {
	Cos, Sin, Bias *Node
}

// Places are a row's places in a model.
func (r Row) Places(c Config) Places {
	cos, sin := c.rotation(r.Position)
	return Places{cos, sin, r.bias()}
}

// bias is [tokens, tokens]: 0 where the token of the first axis sees that of the second, maskedOut elsewhere.
func (r Row) bias() *Node {
	tokens := r.Tokens.Shape().Dim(0)
	rows := func(x *Node) *Node { return BroadcastToDims(Reshape(x, tokens, 1), tokens, tokens) }
	cols := func(x *Node) *Node { return BroadcastToDims(Reshape(x, 1, tokens), tokens, tokens) }
	index := Iota(r.Tokens.Graph(), r.Tokens.Shape(), 0)
	sees := And(Equal(rows(r.Pair), cols(r.Pair)), GreaterOrEqual(rows(index), cols(index)))
	shared := Equal(cols(r.Branch), ScalarZero(r.Tokens.Graph(), dtypes.Int32))
	sees = And(sees, Or(shared, Equal(rows(r.Branch), cols(r.Branch))))
	g := r.Tokens.Graph()
	return Where(sees, Scalar(g, dtypes.Float32, 0.0), Scalar(g, dtypes.Float32, maskedOut))
}

// rotation gives cos and sin of each position's angles, [tokens, headDim/2].
func (c Config) rotation(position *Node) (cos, sin *Node) {
	half := c.HeadDim / 2
	tokens := position.Shape().Dim(0)
	angles := Mul(
		BroadcastToDims(Reshape(ConvertDType(position, dtypes.Float32), tokens, 1), tokens, half),
		BroadcastToDims(Reshape(Const(position.Graph(), c.frequencies()), 1, half), tokens, half))
	return Cos(angles), Sin(angles)
}

// rotate turns the halves of x's last axis by each token's angles: (a, b) becomes (a·cos − b·sin, b·cos + a·sin).
func rotate(x, cos, sin *Node) *Node {
	dims := x.Shape().Dimensions
	half := dims[len(dims)-1] / 2
	wide := make([]int, len(dims))
	for i := range wide {
		wide[i] = 1
	}
	wide[0], wide[len(wide)-1] = dims[0], half
	target := append(append([]int{}, dims[:len(dims)-1]...), half)
	cos = BroadcastToDims(Reshape(cos, wide...), target...)
	sin = BroadcastToDims(Reshape(sin, wide...), target...)
	a := SliceAxis(x, -1, AxisRange(0, half))
	b := SliceAxis(x, -1, AxisRange(half, 2*half))
	return Concatenate([]*Node{Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))}, -1)
}
