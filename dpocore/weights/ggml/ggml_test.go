package ggml

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Blocks recorded with their values as the Python package gguf computes them (python interop/gguf_blocks.py). A third of the scales
// is random, a third extreme: the largest, subnormal, zero, infinite.
func TestRecordedBlocks(t *testing.T) {
	raw, err := os.ReadFile("testdata/blocks.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		Type           string
		Blocks, Values []byte
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	if len(recorded) != len(types) {
		t.Errorf("%d types are recorded of %d", len(recorded), len(types))
	}
	for _, r := range recorded {
		got := Named(r.Type).Float32(r.Blocks)
		if len(got) != len(r.Values)/4 {
			t.Errorf("%s: %d values; want %d", r.Type, len(got), len(r.Values)/4)
			continue
		}
		for i, value := range got {
			want := math.Float32frombits(binary.LittleEndian.Uint32(r.Values[4*i:]))
			if math.Float32bits(value) != math.Float32bits(want) && !(value != value && want != want) {
				t.Errorf("%s, value %d: %g; want %g", r.Type, i, value, want)
				break
			}
		}
	}
}

// What the table says of codes, scales and minima holds for every bit pattern of a block.
func TestCodesFit(t *testing.T) {
	for _, kind := range types {
		if !kind.Quantized() {
			continue
		}
		block := make([]byte, kind.Bytes)
		for fill := range 256 {
			for i := range block {
				block[i] = byte(fill + i*37)
			}
			groups := kind.Decode(block)
			for _, code := range groups.Codes {
				low, high := int8(math.MinInt8), int8(math.MaxInt8)
				switch {
				case kind.Bits == 4 && kind.Signed:
					low, high = -8, 7
				case kind.Bits == 4:
					low, high = 0, 15
				}
				if code < low || code > high {
					t.Fatalf("%s has the code %d", kind.Name, code)
				}
			}
			if (groups.Mins != nil) != kind.Mins || len(groups.Scales)*kind.Group != kind.Block {
				t.Fatalf("%s: %d scales, %d minima", kind.Name, len(groups.Scales), len(groups.Mins))
			}
		}
	}
}
