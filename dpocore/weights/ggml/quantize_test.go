package ggml

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// Values recorded with the blocks that ggml's reference quantizers make of them (dev/llamacpp/record.py).
func TestRecordedQuantization(t *testing.T) {
	raw, err := os.ReadFile("testdata/quantized.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Values []byte
		Types  []struct {
			Type   string
			Blocks []byte
		}
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	values := make([]float32, len(recorded.Values)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(recorded.Values[4*i:]))
	}
	done := map[string]bool{"F32": true, "F16": true, "BF16": true}
	for _, r := range recorded.Types {
		done[r.Type] = true
		got, err := Named(r.Type).Quantize(values)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, r.Blocks) {
			t.Errorf("%s: other bytes than ggml's", r.Type)
		}
	}
	for _, kind := range types {
		if kind.encode != nil && !done[kind.Name] {
			t.Errorf("%s is not recorded", kind.Name)
		}
	}
}

// Types that are not quantized keep values that they can hold.
func TestWholeTypes(t *testing.T) {
	values := []float32{0, 1, -0.5, 1024, float32(math.Inf(-1))}
	for _, name := range []string{"F32", "F16", "BF16"} {
		raw, err := Named(name).Quantize(values)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range Named(name).Float32(raw) {
			if got != values[i] {
				t.Errorf("%s: %g became %g", name, values[i], got)
			}
		}
	}
}

func TestQuantizeRefuses(t *testing.T) {
	for message, kind := range map[string]string{"33 values do not fill blocks of 32": "Q8_0", "reads the type MXFP4 but does not write it": "MXFP4"} {
		values := make([]float32, 33)
		if kind == "MXFP4" {
			values = values[:32]
		}
		if _, err := Named(kind).Quantize(values); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("error %v, want one with %q", err, message)
		}
	}
}
