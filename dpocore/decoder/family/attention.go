package family

import (
	"encoding/json"
	"fmt"
)

// requireFullAttention refuses a config.json in which a layer does not attend to all earlier tokens.
func requireFullAttention(raw []byte) error {
	var fields struct {
		LayerTypes []string        `json:"layer_types"`
		DualChunk  json.RawMessage `json:"dual_chunk_attention_config"`
	}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for layer, kind := range fields.LayerTypes {
		if kind != "full_attention" {
			return fmt.Errorf("layer_types has %q for layer %d; this program computes only \"full_attention\"", kind, layer)
		}
	}
	if len(fields.DualChunk) > 0 && string(fields.DualChunk) != "null" {
		return fmt.Errorf("dual_chunk_attention_config is set; this program computes full attention only")
	}
	return nil
}
