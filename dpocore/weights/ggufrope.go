package weights

import (
	"cmp"
	"fmt"
	"math"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
)

// RopeFactors is the tensor of a GGUF file with the factors by which frequencies of rotary positions are divided.
const RopeFactors = "rope_freqs.weight"

// Llama 3's settings of its RoPE scaling, which GGUF files do not have; all of its models differ in the factor only.
const (
	llama3Low, llama3High = 1, 4
	llama3Original        = 8192
)

// readFactors sets Llama 3's RoPE scaling, of which a GGUF file only has the factors. The last one is that of the longest waves;
// the others must follow from it.
func (g *ggufFile) readFactors(c *decoder.Config) error {
	tensor, ok := g.tensors[RopeFactors]
	if !ok {
		return nil
	}
	half := c.HeadDim / 2
	raw, err := tensor.bytes(RopeFactors, 0, product(tensor.shape))
	if err != nil {
		return err
	}
	factors := tensor.kind.Float32(raw)
	if len(factors) != half {
		return fmt.Errorf("%s has %d values where half a head has %d", RopeFactors, len(factors), half)
	}
	scaling := Llama3Scaling(float64(factors[half-1]))
	for i, factor := range factors {
		if want := Llama3Factor(*c, i, scaling.Factor); math.Abs(float64(factor)/want-1) > 1e-4 {
			return fmt.Errorf("value %d of %s is %g where Llama 3's scaling by %g has %g; this program reads other scalings only from a model's folder", i, RopeFactors, factor, scaling.Factor, want)
		}
	}
	c.RopeScaling = scaling
	return c.Validate()
}

// Llama3Scaling is the scaling of rotary positions of Llama 3's models, which differ in the factor only.
func Llama3Scaling(factor float64) rotary.Scaling {
	return rotary.Scaling{Type: rotary.Llama3, Factor: factor, LowFreqFactor: llama3Low, HighFreqFactor: llama3High, OriginalMaxPositions: llama3Original}
}

// Llama3Factor is what the frequency of pair i of a head's values is divided by, see [rotary.Scaling].
func Llama3Factor(c decoder.Config, i int, factor float64) float64 {
	wave := 2 * math.Pi * math.Pow(c.RopeTheta, float64(i)/float64(c.HeadDim/2))
	switch {
	case wave < llama3Original/llama3High:
		return 1
	case wave > llama3Original/llama3Low:
		return factor
	}
	smooth := (llama3Original/wave - llama3Low) / (llama3High - llama3Low)
	return 1 / ((1-smooth)/factor + smooth)
}

// Keys of a file about the scaling of rotary positions, without the architecture.
const (
	RopeScalingType     = "rope.scaling.type"
	RopeScalingFactor   = "rope.scaling.factor"
	RopeScalingOriginal = "rope.scaling.original_context_length"
)

// readScaling sets linear scaling and yarn. As in llama.cpp, a factor without a type is linear.
func (m ggufMetadata) readScaling(c *decoder.Config) {
	kind, factor := m.text(RopeScalingType), m.Real(RopeScalingFactor)
	if kind == "none" || kind == "" && factor == 0 {
		return
	}
	c.RopeScaling = rotary.Scaling{Type: cmp.Or(kind, rotary.Linear), Factor: factor, OriginalMaxPositions: m.Integer(RopeScalingOriginal)}
}
