package family

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/decoder"
)

// The kinds of attention in layer_types of config.json.
const (
	fullAttention    = "full_attention"
	slidingAttention = "sliding_attention"
)

// layerTypes are the fields of config.json that tell the attention of each layer.
type layerTypes struct {
	LayerTypes []string        `json:"layer_types,omitempty"`
	DualChunk  json.RawMessage `json:"dual_chunk_attention_config,omitempty"`
}

// requireFullAttention refuses a config.json in which a layer does not attend to all earlier tokens.
func requireFullAttention(raw []byte) error {
	types, err := readLayerTypes(raw, 0)
	for layer, kind := range types {
		if kind != fullAttention {
			return fmt.Errorf("layer_types has %q for layer %d; this program computes only \"full_attention\" in models of this type", kind, layer)
		}
	}
	return err
}

// readLayerTypes returns the kind of attention of each layer, or nil if the file does not tell.
func readLayerTypes(raw []byte, layers int) ([]string, error) {
	var fields layerTypes
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	if len(fields.DualChunk) > 0 && string(fields.DualChunk) != "null" {
		return nil, fmt.Errorf("dual_chunk_attention_config is set; this program computes no attention in chunks")
	}
	for layer, kind := range fields.LayerTypes {
		if kind != fullAttention && kind != slidingAttention {
			return nil, fmt.Errorf("layer_types has %q for layer %d; this program computes %q and %q", kind, layer, fullAttention, slidingAttention)
		}
	}
	if n := len(fields.LayerTypes); layers > 0 && n > 0 && n < layers {
		return nil, fmt.Errorf("layer_types has %d layers; num_hidden_layers is %d", n, layers)
	}
	if layers > 0 && len(fields.LayerTypes) > layers {
		fields.LayerTypes = fields.LayerTypes[:layers]
	}
	return fields.LayerTypes, nil
}

// setAttention sets the kinds of attention, each once, from those of the layers.
func setAttention(c *decoder.Config, of func(layer int) decoder.Attention) {
	c.Attentions, c.LayerKinds = nil, nil
	for layer := range c.Layers {
		kind := of(layer)
		if !slices.Contains(c.Attentions, kind) {
			c.Attentions = append(c.Attentions, kind)
		}
		c.LayerKinds = append(c.LayerKinds, slices.Index(c.Attentions, kind))
	}
	if len(c.Attentions) == 1 {
		c.LayerKinds = nil
		if c.Attentions[0] == (decoder.Attention{}) {
			c.Attentions = nil
		}
	}
}

// attentionOf is the kind of attention of a layer.
func attentionOf(c decoder.Config, layer int) decoder.Attention {
	if len(c.Attentions) == 0 {
		return decoder.Attention{}
	}
	return c.Attentions[c.LayerKind(layer)]
}

// layerTypesOf is layer_types of a model.
func layerTypesOf(c decoder.Config) (types []string) {
	for layer := range c.Layers {
		kind := fullAttention
		if attentionOf(c, layer).Window > 0 {
			kind = slidingAttention
		}
		types = append(types, kind)
	}
	return types
}

// windowOf is sliding_window of a model; nil if no layer has a window.
func windowOf(c decoder.Config) *int {
	for _, kind := range c.Attentions {
		if kind.Window > 0 {
			return &kind.Window
		}
	}
	return nil
}

// someWindows are the fields of families in which some layers may have a window.
type someWindows struct {
	Use        bool     `json:"use_sliding_window"`
	Window     *int     `json:"sliding_window"`
	From       *int     `json:"max_window_layers,omitempty"` // the first layer with a window
	LayerTypes []string `json:"layer_types,omitempty"`
}

// read sets the windows of a model in which those of the layers that rotate tells have rotary positions.
func (w someWindows) read(raw []byte, c *decoder.Config, slides, rotates func(layer int) bool) error {
	types, err := readLayerTypes(raw, c.Layers)
	if err != nil {
		return err
	}
	window := 0
	if w.Use && w.Window != nil {
		window = *w.Window
	}
	for layer, kind := range types {
		if kind == slidingAttention && window < 1 {
			return fmt.Errorf("layer_types has %q for layer %d, but use_sliding_window and sliding_window give it no window", kind, layer)
		}
	}
	setAttention(c, func(layer int) decoder.Attention {
		kind := decoder.Attention{Unrotated: !rotates(layer)}
		if types != nil && types[layer] == slidingAttention || types == nil && slides(layer) {
			kind.Window = window
		}
		return kind
	})
	return nil
}

// windowsOf are the fields of a model.
func windowsOf(c decoder.Config) someWindows {
	window := windowOf(c)
	return someWindows{Use: window != nil, Window: window, LayerTypes: layerTypesOf(c)}
}

// lastLayers tells the layers from max_window_layers on, which in Qwen's families have the window.
func (w someWindows) lastLayers(otherwise int) func(layer int) bool {
	if w.From != nil {
		otherwise = *w.From
	}
	return func(layer int) bool { return layer >= otherwise }
}

func always(int) bool { return true }
