package generate

import (
	"fmt"
	"math"
)

// Options says how tokens are chosen.
type Options struct {
	MaxNewTokens int     // at most so many tokens for each sample, at least 1
	Temperature  float64 // divides the logits before the softmax; 0 takes the likeliest token every time
	TopP         float64 // draws among the likeliest tokens that together reach this probability; 1 draws among all
	Samples      int     // answers to one prompt, computed side by side, at least 1
	Seed         uint64  // the same seed, prompt and weights give the same tokens
}

// Validate names the first option outside its range.
func (o Options) Validate() error {
	switch {
	case o.MaxNewTokens < 1:
		return fmt.Errorf("the number of new tokens is %d; it must be at least 1", o.MaxNewTokens)
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0):
		return fmt.Errorf("the temperature is %g; it must be 0 (the likeliest token every time) or above", o.Temperature)
	case !(o.TopP > 0 && o.TopP <= 1):
		return fmt.Errorf("top-p is %g; it must be above 0 and at most 1 (1 draws among all tokens)", o.TopP)
	case o.Samples < 1:
		return fmt.Errorf("the number of samples is %d; it must be at least 1", o.Samples)
	}
	return nil
}
