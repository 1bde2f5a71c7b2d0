package main

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/models.md")

// TestDocument: docs/models.md is what the command prints.
func TestDocument(t *testing.T) {
	const path = "../../docs/models.md"
	var printed bytes.Buffer
	if err := write(&printed); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, printed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, printed.Bytes()) {
		t.Error("docs/models.md is not what make models prints; run go test ./dev/models -update")
	}
}

// TestParameters: the numbers of weights that the hub's pages of these models have.
func TestParameters(t *testing.T) {
	want := map[string]int{
		"SmolLM2-135M": 134_515_008, "SmolLM2-360M": 361_821_120, "SmolLM2-1.7B": 1_711_376_384, "SmolLM3-3B": 3_075_098_624,
		"Qwen2.5-0.5B": 494_032_768, "Qwen2.5-1.5B": 1_543_714_304, "Qwen2.5-3B": 3_085_938_688, "Qwen2.5-7B": 7_615_616_512,
		"Qwen3-0.6B": 596_049_920, "Qwen3-1.7B": 1_720_574_976, "Qwen3-4B": 4_022_468_096, "Qwen3-8B": 8_190_735_360,
		"Llama-3.2-1B": 1_235_814_400, "Llama-3.2-3B": 3_212_749_824, "Llama-3.1-8B": 8_030_261_248,
		"Gemma-3-1B": 999_885_952, "Phi-4-mini": 3_836_021_760, "OLMo-2-1B": 1_484_916_736, "Mistral-7B-v0.3": 7_248_023_552,
	}
	for _, m := range models {
		c, err := m.config()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Parameters(); want[m.name] != 0 && got != want[m.name] {
			t.Errorf("%s has %d weights, want %d", m.name, got, want[m.name])
		}
	}
}

// TestWeights: of a model with one layer of 576 matrix weights (see dev/t4), norms of 3·8 and a vocabulary of 100·8. Q4_0 takes 18 bytes
// for 32 weights, Q8_0 34, and Q6_K 20 for 16 on a device.
func TestWeights(t *testing.T) {
	m := model{name: "made up", family: models[0].family, fields: "{}", hidden: 8, intermediate: 16, layers: 1, heads: 2, kvHeads: 1, headDim: 4, vocabulary: 100, tied: true}
	c, err := m.config()
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[form]float64{float32s: 4 * (576 + 24 + 800), halves: 2*(576+800) + 4*24, q8: (576+800)*34/32 + 4*24, q4: 576*18/32 + 4*24 + 800*5/4} {
		if got := f.weights(c); got != want {
			t.Errorf("%s takes %g bytes, want %g", f.name, got, want)
		}
	}
}
