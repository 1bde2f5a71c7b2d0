package generate

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Options determine how tokens are chosen. Logits go through the repetition penalty, the temperature, top-k and top-p in this
// order, as in transformers.
type Options struct {
	MaxNewTokens      int       // maximum number of tokens per sample, at least 1
	Temperature       float64   // divides the logits before the softmax; 0 takes the likeliest token every time
	Temperatures      []float64 // one for each sample, in place of Temperature; none means the same for all
	TopK              int       // draws from this many of the likeliest tokens, and any as likely as the last of them; 0 draws from all
	TopP              float64   // draws among the likeliest tokens that together reach this probability; 1 draws among all
	RepetitionPenalty float64   // above 1 makes tokens of the prompt and of the text so far less likely; 0 and 1 change nothing
	Stop              []string  // a text ends before the first of these; [Text] finds them, [Generator] knows tokens alone
	Samples           int       // answers to one prompt, computed side by side, at least 1
	Seed              uint64    // the same seed, prompt and weights give the same tokens
}

// The strongest penalties in either direction: beyond them a logit could leave the range of float32.
const (
	leastPenalty    = 0.01
	greatestPenalty = 100
)

// Validate names the first option outside its range.
func (o Options) Validate() error {
	for sample := range o.Samples {
		if t := o.temperature(sample); !(t >= 0) || math.IsInf(t, 0) {
			return fmt.Errorf("the temperature is %g; it must be 0 (the likeliest token every time) or above", t)
		}
	}
	switch {
	case o.MaxNewTokens < 1:
		return fmt.Errorf("the number of new tokens is %d; it must be at least 1", o.MaxNewTokens)
	case len(o.Temperatures) > 0 && len(o.Temperatures) != o.Samples:
		return fmt.Errorf("there are %d temperatures for %d samples; give one for each, or none", len(o.Temperatures), o.Samples)
	case o.TopK < 0:
		return fmt.Errorf("top-k is %d; it must be 0 (draws among all tokens) or above", o.TopK)
	case !(o.TopP > 0 && o.TopP <= 1):
		return fmt.Errorf("top-p is %g; it must be above 0 and at most 1 (1 draws among all tokens)", o.TopP)
	case o.RepetitionPenalty != 0 && !(o.RepetitionPenalty >= leastPenalty && o.RepetitionPenalty <= greatestPenalty):
		return fmt.Errorf("the repetition penalty is %g; it must be 1 (none), or between %g and %d, where more than 1 avoids repetition",
			o.RepetitionPenalty, leastPenalty, greatestPenalty)
	case slices.Contains(o.Stop, ""):
		return errors.New("a stop text is empty; it must have at least one character")
	case o.Samples < 1:
		return fmt.Errorf("the number of samples is %d; it must be at least 1", o.Samples)
	}
	return nil
}

// temperature is that of a sample.
func (o Options) temperature(sample int) float64 {
	if sample < len(o.Temperatures) {
		return o.Temperatures[sample]
	}
	return o.Temperature
}
