package model_test

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/tinymodel"
)

// A model of a folder that is quantized as it is read takes a fourth of the memory and says how much its answers changed; a merge
// has the weights of the folder.
func TestQuantize(t *testing.T) {
	m := openModel(t, tinymodel.WriteChat(t, 1))
	if err := m.Load(config.Float32, config.Float); err != nil {
		t.Fatal(err)
	}
	whole, key := m.Weights().Bytes(), m.ReferenceKey("")
	if err := m.Load(config.Float32, "q8_0"); err != nil {
		t.Fatal(err)
	}
	if part := float64(m.Weights().Bytes()) / float64(whole); part > 0.3 {
		t.Errorf("quantized to 8 bits it takes %.2f of the memory", part)
	}
	eight := m.QuantizedNote()
	if m.BaseWeights() != config.Quantized || m.ReferenceKey("") == key || !strings.Contains(m.Describe(), "quantized to q8_0 as it was read") {
		t.Errorf("form %q, reference %q, %s", m.BaseWeights(), m.ReferenceKey(""), m.Describe())
	}
	if !strings.Contains(eight, "16 built-in answers changed by 0.0") || strings.Contains(eight, "at most by 0.000") {
		t.Errorf("the change is %q", eight)
	}
	if err := m.LoadForMerge(""); err != nil || m.Weights().Bytes() != whole || m.QuantizedNote() != "" {
		t.Errorf("for a merge there are %d bytes of weights, want %d (%v)", m.Weights().Bytes(), whole, err)
	}
}
