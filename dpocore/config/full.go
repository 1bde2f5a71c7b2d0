package config

import "fmt"

var fullSetting = Setting[bool]{
	JSON: "full", Label: "the choice of full fine-tuning", Swept: Swept{Refused: "the runs of a sweep are adapters of one model"},
	Kept:  "the checkpoint has an adapter",
	Help:  "train all weights of the model instead of an adapter, in float32; the result is a model folder",
	Field: func(c *Config) *bool { return &c.Full },
}

// checkFull refuses settings that have no meaning if all weights are trained.
func (c Config) checkFull() error {
	for _, row := range OfAdapter {
		if c.Full && row.Print(c) != row.Print(Default()) {
			return fmt.Errorf("%s is a setting of an adapter, and full fine-tuning has none; leave out full or %s", row.Name(), row.Name())
		}
	}
	if c.Full && (c.Quantize != "" || c.BaseWeights == Quantized || c.Precision == Float16 || c.Precision == BFloat16) {
		return fmt.Errorf("full fine-tuning is in float32, of weights that are not quantized; leave out full, or precision, quantize and base_weights")
	}
	return nil
}
