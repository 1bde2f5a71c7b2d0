package decoder

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// RopeScaling slows rotary positions down as Llama 3 does, so that a model trained on short texts can read long ones: wave
// lengths above OriginalMaxPositions/LowFreqFactor have their frequency divided by Factor, those below
// OriginalMaxPositions/HighFreqFactor keep it, and between the two the frequency is interpolated. The zero value changes
// nothing.
type RopeScaling struct {
	Factor               float64 `json:"factor"`
	LowFreqFactor        float64 `json:"low_freq_factor"`
	HighFreqFactor       float64 `json:"high_freq_factor"`
	OriginalMaxPositions int     `json:"original_max_position_embeddings"`
}

// Validate returns an error that names the first impossible setting.
func (s RopeScaling) Validate() error {
	switch {
	case s == RopeScaling{}:
		return nil
	case !(s.Factor >= 1):
		return fmt.Errorf("the factor of RoPE scaling is %g; it must be at least 1", s.Factor)
	case !(s.LowFreqFactor > 0):
		return fmt.Errorf("low_freq_factor of RoPE scaling is %g; it must be above 0", s.LowFreqFactor)
	case !(s.HighFreqFactor > s.LowFreqFactor):
		return fmt.Errorf("high_freq_factor of RoPE scaling is %g; it must be above low_freq_factor %g", s.HighFreqFactor, s.LowFreqFactor)
	case s.OriginalMaxPositions < 1:
		return fmt.Errorf("original_max_position_embeddings of RoPE scaling is %d; it must be at least 1", s.OriginalMaxPositions)
	}
	return nil
}

// frequencies are the angles per position of each pair of values, [headDim/2] (Su et al. 2021,
// https://arxiv.org/abs/2104.09864). Each operation is in float32, as in transformers, because a difference in the last
// digit grows with the position.
func (c Config) frequencies() []float32 {
	half := c.HeadDim / 2
	frequencies := make([]float32, half)
	for i := range frequencies {
		frequency := 1 / float32(math.Pow(c.RopeTheta, float64(float32(i)/float32(half))))
		frequencies[i] = c.RopeScaling.scale(frequency)
	}
	return frequencies
}

func (s RopeScaling) scale(frequency float32) float32 {
	if s == (RopeScaling{}) {
		return frequency
	}
	original, low, high := float32(s.OriginalMaxPositions), float32(s.LowFreqFactor), float32(s.HighFreqFactor)
	wave := 2 * math.Pi / frequency
	switch slow := frequency / float32(s.Factor); {
	case wave > original/low:
		return slow
	case wave < original/high:
		return frequency
	default:
		smooth := (original/wave - low) / (high - low)
		return (1-smooth)*slow + smooth*frequency
	}
}

// Rotation holds cosine and sine of the tokens' angles, each [tokens, headDim/2].
type Rotation struct{ Cos, Sin *Node }

// rotation is that of tokens at position [tokens].
func (c Config) rotation(position *Node) Rotation {
	half := c.HeadDim / 2
	tokens := position.Shape().Dim(0)
	angles := Mul(
		BroadcastToDims(Reshape(ConvertDType(position, dtypes.Float32), tokens, 1), tokens, half),
		BroadcastToDims(Reshape(Const(position.Graph(), c.frequencies()), 1, half), tokens, half))
	return Rotation{Cos(angles), Sin(angles)}
}

// Rotate rotates the halves (a, b) of the last axis of x [tokens, ..., headDim] by each token's angles, to
// (a·cos − b·sin, b·cos + a·sin).
func (r Rotation) Rotate(x *Node) *Node {
	dims := x.Shape().Dimensions
	half := dims[len(dims)-1] / 2
	expanded := make([]int, len(dims))
	for i := range expanded {
		expanded[i] = 1
	}
	expanded[0], expanded[len(expanded)-1] = dims[0], half
	target := append(append([]int{}, dims[:len(dims)-1]...), half)
	cos := BroadcastToDims(Reshape(r.Cos, expanded...), target...)
	sin := BroadcastToDims(Reshape(r.Sin, expanded...), target...)
	a := SliceAxis(x, -1, AxisRange(0, half))
	b := SliceAxis(x, -1, AxisRange(half, 2*half))
	return Concatenate([]*Node{Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))}, -1)
}
