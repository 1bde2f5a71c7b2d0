package configfile

import (
	"encoding/json"
	"fmt"
)

// quantization is what quantization_config says of weights that bitsandbytes has quantized; a missing type is fp4, the default of
// transformers.
type quantization struct {
	Method    string `json:"quant_method"` // missing in files of old versions
	EightBits bool   `json:"load_in_8bit"`
	FourBits  bool   `json:"load_in_4bit"`
	Type      string `json:"bnb_4bit_quant_type"`
}

// checkQuantization refuses all quantized weights but those of bitsandbytes in NF4.
func checkQuantization(raw json.RawMessage) error {
	if !present(raw) {
		return nil
	}
	var q quantization
	if err := json.Unmarshal(raw, &q); err != nil {
		return fmt.Errorf("quantization_config: %w", err)
	}
	switch {
	case q.Method != "" && q.Method != "bitsandbytes" || !q.EightBits && !q.FourBits:
		return fmt.Errorf("the weights are quantized (quantization_config is %s); use the model that they were made from", raw)
	case q.EightBits:
		return fmt.Errorf("the weights are quantized by bitsandbytes to eight bits (load_in_8bit), of whose formats this program reads NF4; use the model that they were made from, with --quantize q8_0")
	case q.Type != "nf4":
		return fmt.Errorf("the weights are quantized by bitsandbytes to fp4 (bnb_4bit_quant_type is %q), of whose formats this program reads NF4; use the model that they were made from, with --quantize nf4", q.Type)
	}
	return nil
}
