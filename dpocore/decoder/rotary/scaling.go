// Package rotary has the angles of rotary positions: how fast each pair of values turns, and how that is slowed down for long texts.
//
// Start with [Scaling.Frequencies].
package rotary

import (
	"fmt"
	"math"
	"slices"
)

// The kinds of Scaling, by their rope_type in config.json.
const (
	Linear = "linear"
	Llama3 = "llama3"
	Yarn   = "yarn"
	Long   = "longrope"
)

// Kinds lists the kinds of Scaling.
var Kinds = []string{Linear, Llama3, Yarn, Long}

// Scaling slows rotary positions down, so that a model trained on short texts can read long ones. The zero value changes
// nothing. The names in JSON are those of rope_parameters in config.json.
//
//   - linear divides all frequencies by Factor (Chen et al. 2023, https://arxiv.org/abs/2306.15595).
//   - llama3 divides those of wave lengths above OriginalMaxPositions/LowFreqFactor by Factor, keeps those below
//     OriginalMaxPositions/HighFreqFactor, and interpolates between the two (https://arxiv.org/abs/2407.21783).
//   - yarn does so between pairs of values that turn BetaSlow and BetaFast times in OriginalMaxPositions, and scales
//     attention (Peng et al. 2023, https://arxiv.org/abs/2309.00071).
//   - longrope divides each pair's frequency by ShortFactor, or by LongFactor in sequences of more than
//     OriginalMaxPositions tokens, and scales attention (Ding et al. 2024, https://arxiv.org/abs/2402.13753).
type Scaling struct {
	Type                 string    `json:"rope_type,omitempty"`
	Factor               float64   `json:"factor,omitempty"`
	LowFreqFactor        float64   `json:"low_freq_factor,omitempty"`
	HighFreqFactor       float64   `json:"high_freq_factor,omitempty"`
	OriginalMaxPositions int       `json:"original_max_position_embeddings,omitempty"`
	AttentionFactor      float64   `json:"attention_factor,omitempty"` // 0 for what Factor gives
	BetaFast             float64   `json:"beta_fast,omitempty"`        // 0 for defaultBetaFast
	BetaSlow             float64   `json:"beta_slow,omitempty"`        // 0 for defaultBetaSlow
	MScale               float64   `json:"mscale,omitempty"`
	MScaleAllDim         float64   `json:"mscale_all_dim,omitempty"`
	Truncate             *bool     `json:"truncate,omitempty"` // nil for true
	ShortFactor          []float64 `json:"short_factor,omitempty"`
	LongFactor           []float64 `json:"long_factor,omitempty"`
}

// Yarn's turns of pairs of values, if a file has no others.
const (
	defaultBetaFast = 32
	defaultBetaSlow = 1
)

// Validate returns an error that names the first impossible setting. dim is how many values of a head are rotated.
func (s Scaling) Validate(dim int) error {
	switch {
	case s.Type == "":
		return nil
	case s.Type != Long && !(s.Factor >= 1):
		return fmt.Errorf("the factor of RoPE scaling is %g; it must be at least 1", s.Factor)
	case s.Type != Linear && s.OriginalMaxPositions < 1:
		return fmt.Errorf("original_max_position_embeddings of RoPE scaling is %d; it must be at least 1", s.OriginalMaxPositions)
	case s.AttentionFactor < 0:
		return fmt.Errorf("attention_factor of RoPE scaling is %g; it must be above 0", s.AttentionFactor)
	}
	switch s.Type {
	case Llama3:
		return s.validateLlama3()
	case Long:
		return s.validateLong(dim)
	case Yarn:
		if fast, slow := orDefault(s.BetaFast, defaultBetaFast), orDefault(s.BetaSlow, defaultBetaSlow); !(fast > slow) || slow < 0 {
			return fmt.Errorf("beta_fast of RoPE scaling is %g; it must be above beta_slow %g", fast, slow)
		}
	}
	return nil
}

func (s Scaling) validateLlama3() error {
	switch {
	case !(s.LowFreqFactor > 0):
		return fmt.Errorf("low_freq_factor of RoPE scaling is %g; it must be above 0", s.LowFreqFactor)
	case !(s.HighFreqFactor > s.LowFreqFactor):
		return fmt.Errorf("high_freq_factor of RoPE scaling is %g; it must be above low_freq_factor %g", s.HighFreqFactor, s.LowFreqFactor)
	}
	return nil
}

func (s Scaling) validateLong(dim int) error {
	for name, list := range map[string][]float64{"short_factor": s.ShortFactor, "long_factor": s.LongFactor} {
		if len(list) != dim/2 {
			return fmt.Errorf("%s of RoPE scaling has %d numbers; the rotated values of a head need %d", name, len(list), dim/2)
		}
		if i := slices.IndexFunc(list, func(f float64) bool { return !(f > 0) }); i >= 0 {
			return fmt.Errorf("%s of RoPE scaling has %g at place %d; it must be above 0", name, list[i], i)
		}
	}
	return nil
}

// Frequencies are the angles per position of each of pairs of values (Su et al. 2021, https://arxiv.org/abs/2104.09864), from
// 1/theta^(i/pairs) for pair i. Each operation is in float32, in the order of transformers, because a difference in the last
// digit grows with the position. long chooses longrope's factors for long sequences.
func (s Scaling) Frequencies(pairs int, theta float64, long bool) []float32 {
	frequencies := make([]float32, pairs)
	ramp := s.yarnRamp(pairs, theta)
	for i := range frequencies {
		power := float32(math.Pow(theta, float64(float32(i)/float32(pairs))))
		switch s.Type {
		case Linear:
			frequencies[i] = 1 / power / float32(s.Factor)
		case Llama3:
			frequencies[i] = s.llama3(1 / power)
		case Yarn:
			full := 1 - ramp[i]
			frequencies[i] = 1/(float32(s.Factor)*power)*(1-full) + 1/power*full
		case Long:
			factors := s.ShortFactor
			if long {
				factors = s.LongFactor
			}
			frequencies[i] = 1 / (float32(factors[i]) * power)
		default:
			frequencies[i] = 1 / power
		}
	}
	return frequencies
}

func (s Scaling) llama3(frequency float32) float32 {
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

// yarnRamp is, for each pair of values, how much of its frequency is divided: from 0 for those that turn BetaFast times in
// OriginalMaxPositions to 1 for those that turn BetaSlow times.
func (s Scaling) yarnRamp(pairs int, theta float64) []float32 {
	if s.Type != Yarn {
		return nil
	}
	turning := func(times float64) float64 {
		return float64(pairs) * math.Log(float64(s.OriginalMaxPositions)/(times*2*math.Pi)) / math.Log(theta)
	}
	low, high := turning(orDefault(s.BetaFast, defaultBetaFast)), turning(orDefault(s.BetaSlow, defaultBetaSlow))
	if s.Truncate == nil || *s.Truncate {
		low, high = math.Floor(low), math.Ceil(high)
	}
	if low, high = max(low, 0), min(high, float64(2*pairs-1)); low == high {
		high += 0.001
	}
	ramp := make([]float32, pairs)
	for i := range ramp {
		ramp[i] = min(max((float32(i)-float32(low))/float32(high-low), 0), 1)
	}
	return ramp
}

// Amplitude is what cosine and sine are multiplied by, so that attention scores grow by its square.
func (s Scaling) Amplitude(maxPositions int) float64 {
	growth := func(factor, scale float64) float64 { return 1 + 0.1*scale*math.Log(max(factor, 1)) }
	switch {
	case s.Type != Yarn && s.Type != Long:
		return 1
	case s.AttentionFactor != 0:
		return s.AttentionFactor
	case s.Type == Yarn && s.MScale != 0 && s.MScaleAllDim != 0:
		return growth(s.Factor, s.MScale) / growth(s.Factor, s.MScaleAllDim)
	case s.Type == Yarn:
		return growth(s.Factor, 1)
	}
	factor := s.Factor
	if factor == 0 {
		factor = float64(maxPositions) / float64(s.OriginalMaxPositions)
	}
	return math.Sqrt(1 + math.Log(max(factor, 1))/math.Log(float64(s.OriginalMaxPositions)))
}

func orDefault(value, otherwise float64) float64 {
	if value == 0 {
		return otherwise
	}
	return value
}
