package llama

import (
	"encoding/json"
	"fmt"
	"math"
)

// RopeScaling stretches rotary positions as Llama 3 does, so that a model trained on short texts reads long ones: waves
// longer than OriginalMaxPositions/LowFreqFactor turn Factor times as slowly, those shorter than
// OriginalMaxPositions/HighFreqFactor as before, and between the two lies a smooth passage. The zero value stretches
// nothing.
type RopeScaling struct {
	Factor               float64 `json:"factor"`
	LowFreqFactor        float64 `json:"low_freq_factor"`
	HighFreqFactor       float64 `json:"high_freq_factor"`
	OriginalMaxPositions int     `json:"original_max_position_embeddings"`
}

// llama3 is the rope_type of RopeScaling.
const llama3 = "llama3"

// Validate names the first setting that can't be.
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

// frequencies are the angles by which a position turns each pair of values, [headDim/2] (Su et al. 2021,
// https://arxiv.org/abs/2104.09864). They are computed in float32 step by step, as transformers does: a last digit's
// difference grows with the position.
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

// ropeFields are rope_parameters, or rope_scaling as files before transformers 5 have it.
type ropeFields struct {
	Theta         float64  `json:"rope_theta"`
	RopeType      string   `json:"rope_type"`
	Type          string   `json:"type"` // the older name
	PartialFactor *float64 `json:"partial_rotary_factor"`
	RopeScaling
}

// scaling reads one of the two objects; a missing one is nil.
func (r *ropeFields) scaling(field string) (RopeScaling, error) {
	if r == nil {
		return RopeScaling{}, nil
	}
	kind := r.RopeType
	if kind == "" {
		kind = r.Type
	}
	switch {
	case r.PartialFactor != nil && *r.PartialFactor != 1:
		return RopeScaling{}, fmt.Errorf("partial_rotary_factor in %s is %g; this program turns whole heads", field, *r.PartialFactor)
	case kind == "" || kind == "default":
		return RopeScaling{}, nil
	case kind != llama3:
		return RopeScaling{}, fmt.Errorf("rope_type in %s is %q; this program knows \"default\" and %q", field, kind, llama3)
	case r.RopeScaling == RopeScaling{}:
		return RopeScaling{}, fmt.Errorf("%s has no factor, low_freq_factor, high_freq_factor and original_max_position_embeddings", field)
	}
	return r.RopeScaling, nil
}

// rope sets theta and scaling, wherever the file has them.
func (f fileConfig) rope(c *Config) error {
	older, err := f.RopeScalingObject.scaling("rope_scaling")
	if err != nil {
		return err
	}
	c.RopeScaling, err = f.RopeParameters.scaling("rope_parameters")
	switch {
	case err != nil:
		return err
	case f.RopeParameters == nil:
		c.RopeScaling = older
	case f.RopeScalingObject != nil && older != c.RopeScaling:
		return fmt.Errorf("rope_scaling and rope_parameters say different things; remove one of them")
	}
	for _, object := range []*ropeFields{f.RopeParameters, f.RopeScalingObject} {
		if object == nil || object.Theta == 0 {
			continue
		}
		if c.RopeTheta != 0 && c.RopeTheta != object.Theta {
			return fmt.Errorf("rope_theta is %g in one place and %g in another; remove one of them", c.RopeTheta, object.Theta)
		}
		c.RopeTheta = object.Theta
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = 10000 // the default of transformers
	}
	return nil
}

// ropeJSON are the values of rope_parameters and rope_scaling; the latter is null where nothing is stretched.
func (c Config) ropeJSON() (parameters, scaling map[string]any) {
	parameters = map[string]any{"rope_theta": c.RopeTheta, "rope_type": "default"}
	if c.RopeScaling == (RopeScaling{}) {
		return parameters, nil
	}
	raw, _ := json.Marshal(c.RopeScaling) // four numbers always have an encoding
	scaling = map[string]any{"rope_type": llama3}
	_ = json.Unmarshal(raw, &scaling)
	parameters["rope_type"] = llama3
	_ = json.Unmarshal(raw, &parameters)
	return parameters, scaling
}
