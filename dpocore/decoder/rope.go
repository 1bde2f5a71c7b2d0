package decoder

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/rotary"
)

// frequencies are the angles per position of each rotated pair of values, [rotaryDim/2]. long chooses those of long sequences,
// if the scaling tells them apart.
func (c Config) frequencies(a Attention, long bool) []float32 {
	pairs := c.rotaryDim() / 2
	switch {
	case a.Unrotated:
		return make([]float32, pairs) // all angles are 0
	case a.Theta != 0:
		return rotary.Scaling{}.Frequencies(pairs, a.Theta, false)
	}
	return c.RopeScaling.Frequencies(pairs, c.RopeTheta, long)
}

// Rotation holds cosine and sine of the tokens' angles, each [tokens, rotaryDim/2].
type Rotation struct{ Cos, Sin *Node }

// rotation is that of tokens at position [tokens]. last returns the last position of each token's sequence [tokens]; it is
// needed only for sequences beyond what [Config.CachePositions] allows.
func (c Config) rotation(a Attention, position *Node, last func() *Node) Rotation {
	tokens, pairs := position.Shape().Dim(0), c.rotaryDim()/2
	spread := func(x *Node) *Node { return BroadcastToDims(Reshape(x, tokens, 1), tokens, pairs) }
	constant := func(long bool) *Node {
		return BroadcastToDims(Reshape(Const(position.Graph(), c.frequencies(a, long)), 1, pairs), tokens, pairs)
	}
	frequencies := constant(false)
	if original := c.RopeScaling.OriginalMaxPositions; c.RopeScaling.Type == rotary.Long && last != nil && tokens > original {
		long := GreaterOrEqual(last(), Scalar(position.Graph(), dtypes.Int32, original))
		frequencies = Where(spread(long), constant(true), frequencies)
	}
	angles := Mul(spread(ConvertDType(position, dtypes.Float32)), frequencies)
	amplitude := c.RopeScaling.Amplitude(c.MaxPositions)
	if amplitude == 1 || a.Unrotated || a.Theta != 0 {
		return Rotation{Cos(angles), Sin(angles)}
	}
	return Rotation{MulScalar(Cos(angles), amplitude), MulScalar(Sin(angles), amplitude)}
}

// CachePositions is how many positions the sequences of a [Cache] can have. Keys in the cache are rotated, so with longrope
// it ends where all of a sequence's keys would have to be rotated again.
func (c Config) CachePositions() int {
	if c.RopeScaling.Type == rotary.Long {
		return min(c.MaxPositions, c.RopeScaling.OriginalMaxPositions)
	}
	return c.MaxPositions
}

// Rotate rotates the heads of x [tokens, ..., headDim] by each token's angles, as [rotary.Rotate] does.
func (r Rotation) Rotate(x *Node) *Node { return rotary.Rotate(x, r.Cos, r.Sin) }
