package decoder

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/attention"
)

// Heads are those of package attention.
type Heads = attention.Heads

// SplitHeads splits a joined projection [tokens, queries+2·keyValues] into heads with the tokens as the outermost axis: Q
// [tokens, kvHeads, perGroup, headDim], K and V [tokens, kvHeads, headDim].
func (c Config) SplitHeads(qkv *Node) Heads {
	tokens, q, kv := qkv.Shape().Dim(0), c.QuerySize(), c.KeyValueSize()
	split := func(begin, end int, dims ...int) *Node {
		return Reshape(Slice(qkv, AxisRange(), AxisRange(begin, end)), append(append([]int{tokens}, dims...), c.HeadDim)...)
	}
	return Heads{Q: split(0, q, c.KVHeads, c.Heads/c.KVHeads), K: split(q, q+kv, c.KVHeads), V: split(q+kv, q+2*kv, c.KVHeads)}
}

// queryHeads is the inverse of attention.Join, for values of the given number per head: [kvHeads, tokens, perGroup, size].
func (c Config) queryHeads(x *Node, size int) *Node {
	return TransposeAllAxes(Reshape(x, x.Shape().Dim(0), c.KVHeads, c.Heads/c.KVHeads, size), 1, 0, 2, 3)
}
