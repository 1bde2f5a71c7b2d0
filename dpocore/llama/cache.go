package llama

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Cache holds in a graph what attention needs of the tokens seen before: for each layer keys and values, each
// [kvHeads, slots, headDim]. A slot is a token's place. Like a [Row], a cache can hold sequences side by side: a token
// sees the slots of its own owner and those of owner 0, the prompt that all share, up to its own position.
type Cache struct {
	Keys, Values    []*Node // one for each layer
	Owner, Position *Node   // of each slot, [slots] int32; owner -1 is an empty slot
}

// CacheShape is the shape of a layer's keys and of its values. The heads come first because attention multiplies head by
// head: so no step has to transpose the cache.
func (c Config) CacheShape(slots int) shapes.Shape {
	return shapes.Make(dtypes.Float32, c.KVHeads, slots, c.HeadDim)
}

// BindCache gives a graph's parameters, all keys and then all values, their places in a cache, and returns the
// parameters that are left.
func BindCache(c Config, params []*Node) (Cache, []*Node) {
	return Cache{Keys: params[:c.Layers], Values: params[c.Layers : 2*c.Layers]}, params[2*c.Layers:]
}

// Next holds the tokens that go on from a cache, each [tokens] int32. They take the slots from Start, a scalar, which
// the cache's Owner and Position must describe already.
type Next struct {
	Tokens, Owner, Position *Node
	Start                   *Node
}

// Continue writes the keys and values of the next tokens into the cache, in place of what was in their slots, and
// returns it with their last hidden states [tokens, hidden], after the final norm.
func (n *Net) Continue(next Next, cache Cache) (hidden *Node, updated Cache) {
	bias := next.bias(cache)
	updated = Cache{Owner: cache.Owner, Position: cache.Position}
	cos, sin := n.Config.rotation(next.Position)
	x := Embed(n.embedding, next.Tokens)
	for i, layer := range n.layers {
		x, _ = layer.forward(x, cos, sin, func(h heads) (mixed, logSums *Node) {
			h.k, h.v = next.write(cache.Keys[i], h.k), next.write(cache.Values[i], h.v)
			updated.Keys, updated.Values = append(updated.Keys, h.k), append(updated.Values, h.v)
			return h.attend(bias)
		})
	}
	return n.Config.RMSNorm(x, n.norm), updated
}

// write puts x [kvHeads, tokens, headDim] into the slots [kvHeads, slots, headDim].
func (next Next) write(slots, x *Node) *Node {
	g := x.Graph()
	if !g.Backend().Capabilities().Operations[compute.OpTypeDynamicUpdateSlice] {
		return next.choose(slots, x)
	}
	zero := ScalarZero(g, dtypes.Int32)
	return DynamicUpdateSlice(slots, x, []*Node{zero, next.Start, zero})
}

// choose is write where the backend, as pure Go, has no operation for it: each slot takes its token or stays. x is
// [kvHeads, tokens, headDim].
func (next Next) choose(slots, x *Node) *Node {
	g, shape, tokens := x.Graph(), slots.Shape(), x.Shape().Dim(1)
	// As DynamicUpdateSlice does, tokens that would not find room are moved back.
	start := MinScalar(next.Start, shape.Dim(1)-tokens)
	token := Sub(Iota(g, shapes.Make(dtypes.Int32, shape.Dim(1)), 0), start) // of each slot
	written := And(GreaterOrEqual(token, ScalarZero(g, dtypes.Int32)), LessThan(token, Scalar(g, dtypes.Int32, tokens)))
	token = ClipScalar(token, 0, float64(tokens-1))
	spread := TransposeAllAxes(Gather(TransposeAllAxes(x, 1, 0, 2), Reshape(token, shape.Dim(1), 1)), 1, 0, 2)
	return Where(BroadcastToShape(Reshape(written, 1, shape.Dim(1), 1), shapes.Make(dtypes.Bool, shape.Dimensions...)), spread, slots)
}

// bias is [tokens, slots]: 0 where the token sees the slot, maskedOut elsewhere.
func (next Next) bias(cache Cache) *Node {
	tokens, slots := next.Tokens.Shape().Dim(0), cache.Owner.Shape().Dim(0)
	rows := func(x *Node) *Node { return BroadcastToDims(Reshape(x, tokens, 1), tokens, slots) }
	cols := func(x *Node) *Node { return BroadcastToDims(Reshape(x, 1, slots), tokens, slots) }
	g := next.Tokens.Graph()
	prompt := Equal(cols(cache.Owner), ScalarZero(g, dtypes.Int32))
	sees := Or(prompt, Equal(cols(cache.Owner), rows(next.Owner)))
	sees = And(sees, LessOrEqual(cols(cache.Position), rows(next.Position)))
	return Where(sees, Scalar(g, dtypes.Float32, 0.0), Scalar(g, dtypes.Float32, maskedOut))
}
