package model

import "testing"

func TestChoosePrecision(t *testing.T) {
	for _, c := range []struct {
		requested string
		onGPU     bool
		weights   int
		want      string
	}{
		{"auto", false, 134_515_008, "float32"},  // SmolLM2-135M
		{"auto", true, 134_515_008, "float32"},   // the same on a T4
		{"auto", true, 361_821_120, "float32"},   // SmolLM2-360M
		{"auto", true, 1_711_376_384, "float16"}, // SmolLM2-1.7B
		{"auto", false, 1_711_376_384, "float32"},
		{"float16", false, 134_515_008, "float16"},
		{"float32", true, 1_711_376_384, "float32"},
	} {
		if got := choosePrecision(c.requested, c.onGPU, c.weights); got != c.want {
			t.Errorf("%q, on a GPU %t, %d weights: %s, want %s", c.requested, c.onGPU, c.weights, got, c.want)
		}
	}
}
