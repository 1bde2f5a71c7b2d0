package decoder

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Cache holds the keys and values of earlier tokens in a graph, for each layer [kvHeads, slots, headDim]; a slot holds one
// token. Like a [Row], a cache can hold several sequences: a token sees the slots of its Owner and those of owner 0,
// the prompt that all share, up to its Position.
type Cache struct {
	Keys, Values    []*Node // one per layer
	Owner, Position *Node   // of each slot, [slots] int32; owner -1 is an empty slot
}

// CacheShape is the shape of a layer's keys, and of its values. The heads are the outermost axis because attention
// multiplies head by head, so that no step has to transpose the cache. precision is that of the layers' matrices.
func (c Config) CacheShape(slots int, precision dtypes.DType) shapes.Shape {
	return shapes.Make(precision, c.KVHeads, slots, c.HeadDim)
}

// Chunk holds tokens that continue the sequences of a cache, each [tokens] int32. They are written to the slots from Start,
// a scalar; the cache's Owner and Position describe them already.
type Chunk struct {
	Tokens, Owner, Position *Node
	Start                   *Node
}

// Extend overwrites a chunk's slots in the cache with its keys and values, and returns the chunk's hidden states [tokens,
// hidden], after the final norm, and the new cache.
func (n *Net) Extend(chunk Chunk, cache Cache) (hidden *Node, updated Cache) {
	c := n.Config
	updated = Cache{Owner: cache.Owner, Position: cache.Position}
	var rotations []Rotation
	var biases []*Node
	for _, kind := range c.attentions() {
		rotations, biases = append(rotations, c.rotation(kind, chunk.Position, nil)), append(biases, chunk.bias(cache, kind))
	}
	x := c.Embed(n.embedding, chunk.Tokens)
	for i, layer := range n.layers {
		kind := c.LayerKind(i)
		x, _ = layer.forward(x, rotations[kind], func(h Heads) (attended, logSums *Node) {
			h.K, h.V = chunk.write(cache.Keys[i], h.K), chunk.write(cache.Values[i], h.V)
			updated.Keys, updated.Values = append(updated.Keys, h.K), append(updated.Values, h.V)
			return h.Attend(biases[kind])
		})
	}
	return c.FinalNorm(x, n.norm), updated
}

// write puts x [kvHeads, tokens, headDim], rounded to the cache's precision, into the slots [kvHeads, slots, headDim].
func (chunk Chunk) write(slots, x *Node) *Node {
	g := x.Graph()
	x = ConvertDType(x, slots.DType())
	if !g.Backend().Capabilities().Operations[compute.OpTypeDynamicUpdateSlice] {
		return chunk.writeSelecting(slots, x)
	}
	zero := ScalarZero(g, dtypes.Int32)
	return DynamicUpdateSlice(slots, x, []*Node{zero, chunk.Start, zero})
}

// writeSelecting is write for backends without DynamicUpdateSlice, such as the pure-Go one: it selects for each slot
// between the token for it and what it holds. x is [kvHeads, tokens, headDim].
func (chunk Chunk) writeSelecting(slots, x *Node) *Node {
	g, shape, tokens := x.Graph(), slots.Shape(), x.Shape().Dim(1)
	// As in DynamicUpdateSlice, a chunk that would not fit is moved back.
	start := MinScalar(chunk.Start, shape.Dim(1)-tokens)
	token := Sub(Iota(g, shapes.Make(dtypes.Int32, shape.Dim(1)), 0), start) // of each slot
	written := And(GreaterOrEqual(token, ScalarZero(g, dtypes.Int32)), LessThan(token, Scalar(g, dtypes.Int32, tokens)))
	token = ClipScalar(token, 0, float64(tokens-1))
	spread := TransposeAllAxes(Gather(TransposeAllAxes(x, 1, 0, 2), Reshape(token, shape.Dim(1), 1)), 1, 0, 2)
	return Where(BroadcastToShape(Reshape(written, 1, shape.Dim(1), 1), shapes.Make(dtypes.Bool, shape.Dimensions...)), spread, slots)
}

// bias is [tokens, slots]: 0 where the token sees the slot, maskedOut elsewhere.
func (chunk Chunk) bias(cache Cache, kind Attention) *Node {
	tokens, slots := chunk.Tokens.Shape().Dim(0), cache.Owner.Shape().Dim(0)
	rows := func(x *Node) *Node { return BroadcastToDims(Reshape(x, tokens, 1), tokens, slots) }
	cols := func(x *Node) *Node { return BroadcastToDims(Reshape(x, 1, slots), tokens, slots) }
	prompt := Equal(cols(cache.Owner), ScalarZero(cache.Owner.Graph(), dtypes.Int32))
	sees := Or(prompt, Equal(cols(cache.Owner), rows(chunk.Owner)))
	at, of := rows(chunk.Position), cols(cache.Position)
	return biasWhere(kind.inWindow(And(sees, LessOrEqual(of, at)), at, of))
}
