package model

import (
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/internal/tinymodel"
)

// Which form the weights get depends on the file and on the free memory; what does not fit is refused before it is read. The
// tiny model has 90,432 weights: 361,728 bytes in float32. In Q4_0 its matrices, 73,728 of them, take 18 bytes for 32, and
// embedding and norms stay as they are: 108,288 bytes. In half precision all but the 320 weights of norms take 2 bytes: 181,504.
func TestChooseBase(t *testing.T) {
	quantized := &Model{Path: tinymodel.WriteGGUF(t, tinymodel.Config(), 1, 1, func(name string) string {
		if name == "model.embed_tokens.weight" {
			return "F32"
		}
		return "Q4_0"
	})}
	folder := &Model{Path: tinymodel.Write(t, tinymodel.Config(), 1)}
	for _, c := range []struct {
		name      string
		model     *Model
		requested string
		precision string
		free      int64 // -1 is unknown
		want      string
		refusal   string
	}{
		{"much memory", quantized, config.Auto, config.Float32, 4 * 361_728, config.Float, ""},
		{"more than a quarter", quantized, config.Auto, config.Float32, 4*361_728 - 4, config.Quantized, ""},
		{"unknown memory", quantized, config.Auto, config.Float32, -1, config.Float, ""},
		{"asked for float", quantized, config.Float, config.Float32, 361_728, config.Float, ""},
		{"float does not fit", quantized, config.Float, config.Float32, 361_727, "", "with --base-weights quantized they take 0.0 GB"},
		{"nothing fits", quantized, config.Auto, config.Float32, 108_287, "", "use a smaller model, or a GGUF file of this one with fewer bits"},
		{"quantized fits just", quantized, config.Quantized, config.Float32, 108_288, config.Quantized, ""},
		{"a folder", folder, config.Auto, config.Float32, 361_728, config.Float, ""},
		{"a folder in half precision", folder, config.Auto, config.BFloat16, 181_504, config.Float, ""},
		{"a folder in half precision does not fit", folder, config.Auto, config.BFloat16, 181_503, "", "with --quantize q4_0 they take 0.0 GB"},
		{"a folder does not fit", folder, config.Auto, config.Float32, 361_727, "", "with --quantize q4_0 they take 0.0 GB"},
		{"a folder of which 4 bits do not fit", folder, config.Auto, config.Float32, 20_000, "", "use a smaller model: quantized to q4_0 this one takes 0.0 GB"},
		{"a folder to quantize", folder, "q4_0", config.Float32, 60_000, "q4_0", ""},
		{"a folder to quantize that does not fit", folder, "q8_0", config.Float32, 60_000, "", "with --quantize q4_0 they take"},
		{"a quantized file to quantize", quantized, "q4_0", config.Float32, -1, "", "are quantized already; leave out --quantize"},
		{"a folder as quantized", folder, config.Quantized, config.Float32, -1, "", "are not quantized"},
	} {
		got, err := c.model.chooseBase(c.requested, c.precision, demand.Memory{Free: c.free, Known: c.free >= 0})
		switch {
		case c.refusal == "" && (err != nil || got != c.want):
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		case c.refusal != "" && (err == nil || !strings.Contains(err.Error(), c.refusal)):
			t.Errorf("%s: %v; want an error that says %q", c.name, err, c.refusal)
		}
	}
}
