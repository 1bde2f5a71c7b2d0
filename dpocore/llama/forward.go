package llama

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// maskedOut is added to the attention scores of what a token must not see. It is finite, so that a row of padding,
// which sees nothing, gives no NaN.
const maskedOut = -1e9

// Net is a model inside one graph.
type Net struct {
	Config Config

	embedding, norm, head *Node
	layers                []layerNodes
	adapter               *Adapter
	checkpoint            bool
}

type layerNodes struct {
	attentionNorm, mlpNorm *Node // [hidden]
	projections            [len(groups)]*Node
}

// Bind gives a graph's weight parameters, in the order of [Weights.Tensors], their places in the model, and returns the
// parameters that are left.
func Bind(c Config, params []*Node) (*Net, []*Node) {
	take := func() *Node {
		node := params[0]
		params = params[1:]
		return node
	}
	n := &Net{Config: c, embedding: take()}
	for range c.Layers {
		var layer layerNodes
		layer.attentionNorm = take()
		layer.projections[groupQKV] = take()
		layer.projections[groupO] = take()
		layer.mlpNorm = take()
		layer.projections[groupGateUp] = take()
		layer.projections[groupDown] = take()
		n.layers = append(n.layers, layer)
	}
	n.norm = take()
	n.head = n.embedding
	if !c.TiedEmbeddings {
		n.head = take()
	}
	return n, params
}

// WithAdapter returns the model with a LoRA adapter switched on.
func (n *Net) WithAdapter(adapter *Adapter) *Net {
	with := *n
	with.adapter = adapter
	return &with
}

// WithCheckpoints returns the model with gradient checkpointing: the backward pass computes each layer again from its
// input instead of keeping all that is inside (Chen et al. 2016, https://arxiv.org/abs/1604.06174).
func (n *Net) WithCheckpoints() *Net {
	with := *n
	with.checkpoint = true
	return &with
}

// Row holds a row's tokens in a graph, each [tokens] int32. Two tokens belong together when their Pair is equal; the
// prompt (branch 0) is seen by both answers (1 and 2), which don't see each other. Position restarts in each sequence.
type Row struct {
	Tokens, Pair, Branch, Position *Node
}

// Hidden computes the last hidden states [tokens, hidden] of a row, after the final norm.
func (n *Net) Hidden(row Row) *Node {
	bias := row.bias()
	return n.run(row.Tokens, row.Position, func(_ int, q, k, v *Node) *Node { return attend(q, k, v, bias) })
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

// attention is what a layer does with its rotated queries [tokens, kvHeads, groups, headDim], keys and values
// [tokens, kvHeads, headDim]; it returns [tokens, heads·headDim].
type attention func(layer int, q, k, v *Node) *Node

// run embeds tokens [tokens] at position [tokens], sends them through all layers and the final norm: [tokens, hidden].
func (n *Net) run(tokens, position *Node, attend attention) *Node {
	x := Gather(n.embedding, Reshape(tokens, tokens.Shape().Dim(0), 1))
	cos, sin := n.rotation(position)
	for i := range n.layers {
		if n.checkpoint {
			x = x.Checkpoint()
		}
		x = n.layer(i, x, cos, sin, attend)
	}
	if n.checkpoint {
		x = x.StopCheckpoint()
	}
	return n.rmsNorm(x, n.norm)
}

func (n *Net) layer(i int, x, cos, sin *Node, attend attention) *Node {
	c, layer := n.Config, n.layers[i]
	tokens := x.Shape().Dim(0)
	normed := n.rmsNorm(x, layer.attentionNorm)
	qkv := n.project(i, groupQKV, normed)
	q := rotate(Reshape(qkv[0], tokens, c.KVHeads, c.Heads/c.KVHeads, c.HeadDim), cos, sin)
	k := rotate(Reshape(qkv[1], tokens, c.KVHeads, c.HeadDim), cos, sin)
	v := Reshape(qkv[2], tokens, c.KVHeads, c.HeadDim)
	x = Add(x, n.project(i, groupO, attend(i, q, k, v))[0])

	normed = n.rmsNorm(x, layer.mlpNorm)
	gateUp := n.project(i, groupGateUp, normed)
	inner := Mul(Mul(gateUp[0], Sigmoid(gateUp[0])), gateUp[1]) // SiLU(gate)·up
	return Add(x, n.project(i, groupDown, inner)[0])
}

// project multiplies x [tokens, in] with a group's joined matrix, adds what LoRA contributes, and returns one
// [tokens, out] for each projection of the group.
func (n *Net) project(layer int, g group, x *Node) []*Node {
	joined := matmul(x, n.layers[layer].projections[g])
	widths := n.Config.outputs(g)
	outputs := []*Node{joined}
	if len(widths) > 1 {
		outputs = outputs[:0]
		begin := 0
		for _, width := range widths {
			outputs = append(outputs, Slice(joined, AxisRange(), AxisRange(begin, begin+width)))
			begin += width
		}
	}
	if n.adapter != nil {
		n.adapter.add(layer, g, x, outputs)
	}
	return outputs
}

// attend is softmax(q·kᵀ/√headDim + bias)·v with bias [tokens, keys]; a key head serves its group of query heads
// (Ainslie et al. 2023, https://arxiv.org/abs/2305.13245).
func attend(q, k, v, bias *Node) *Node {
	dims := q.Shape().Dimensions
	tokens, kvHeads, perGroup, headDim := dims[0], dims[1], dims[2], dims[3]
	q = MulScalar(q, 1/math.Sqrt(float64(headDim)))
	scores := DotGeneral(q, []int{3}, []int{1}, k, []int{2}, []int{1}) // [kvHeads, tokens, perGroup, keys]
	scores = Add(scores, BroadcastToShape(ExpandAxes(bias, 0, 2), scores.Shape()))
	out := DotGeneral(Softmax(scores, -1), []int{3}, []int{0}, v, []int{0}, []int{1}) // [kvHeads, tokens, perGroup, headDim]
	return Reshape(TransposeAllAxes(out, 1, 0, 2, 3), tokens, kvHeads*perGroup*headDim)
}

// rotation gives cos and sin of each position's angles, [tokens, headDim/2] (Su et al. 2021,
// https://arxiv.org/abs/2104.09864).
func (n *Net) rotation(position *Node) (cos, sin *Node) {
	half := n.Config.HeadDim / 2
	frequencies := make([]float32, half)
	for i := range frequencies {
		// In float32 step by step, as transformers does: a last digit's difference grows with the position.
		frequencies[i] = 1 / float32(math.Pow(n.Config.RopeTheta, float64(float32(i)/float32(half))))
	}
	tokens := position.Shape().Dim(0)
	angles := Mul(
		BroadcastToDims(Reshape(ConvertDType(position, dtypes.Float32), tokens, 1), tokens, half),
		BroadcastToDims(Reshape(Const(position.Graph(), frequencies), 1, half), tokens, half))
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

// rmsNorm is x/√(mean(x²)+ε)·weight over the last axis (Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467).
func (n *Net) rmsNorm(x, weight *Node) *Node {
	square := ReduceAndKeep(Square(x), ReduceMean, -1)
	normed := Div(x, BroadcastToShape(Sqrt(AddScalar(square, n.Config.RMSNormEps)), x.Shape()))
	return Mul(normed, BroadcastToShape(Reshape(weight, 1, weight.Shape().Dim(0)), x.Shape()))
}

// Logits gives the vocabulary logits [tokens, vocabulary] of hidden states [tokens, hidden].
func (n *Net) Logits(hidden *Node) *Node { return matmul(hidden, n.head) }

// Head is the vocabulary matrix [vocabulary, hidden].
func (n *Net) Head() *Node { return n.head }

// matmul is x·wᵀ for x [tokens, in] and w [out, in], as Hugging Face stores a projection.
func matmul(x, w *Node) *Node { return DotGeneral(x, []int{1}, nil, w, []int{1}, nil) }
