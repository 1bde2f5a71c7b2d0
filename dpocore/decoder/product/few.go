package product

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Few is [Fine] for x [tokens, in] and y [in, out], faster for 2 to 8 tokens in float32 on a CPU. There XLA first copies the
// matrix into blocks, which takes longer than the product. In 32 parts of the inner axis, which are added, the blocks stay in
// the cache: four tokens take half the time.
func Few(x, y *Node) *Node {
	const few, parts = 8, 32
	tokens, in := x.Shape().Dim(0), y.Shape().Dim(0)
	if !x.Graph().Backend().HasSharedBuffers() || tokens == 1 || tokens > few || in%parts != 0 || y.DType() != dtypes.Float32 {
		return Fine(x, y, 0)
	}
	split := TransposeAllAxes(Reshape(x, tokens, parts, in/parts), 1, 0, 2) // [parts, tokens, in/parts]
	return ReduceSum(Of(split, 2, Reshape(y, parts, in/parts, y.Shape().Dim(1)), 1, 0), 0)
}
