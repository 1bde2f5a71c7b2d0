package weights

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/dpocore/weights/ggml"
)

// Heads of 8 values with Llama 3.2's theta have the wave lengths 6.3, 167, 4,443 and 118,143: the first two keep their
// frequency, the last one is divided by the factor, and the third by 1/((1-s)/32+s) with s = (8192/4443-1)/3 = 0.28128,
// which is 3.2923.
func TestLlama3Factors(t *testing.T) {
	half := math.Sqrt(math.Sqrt(500000)) // the ratio of two wave lengths
	third := 2 * math.Pi * half * half
	s := (8192/third - 1) / 3
	factors := []float32{1, 1, float32(1 / ((1-s)/32 + s)), 32}
	if math.Abs(float64(factors[2])-3.2923) > 1e-3 {
		t.Fatalf("the third factor is %g", factors[2])
	}
	c, err := readFactors(t, factors)
	want := rotary.Scaling{Type: rotary.Llama3, Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}
	if err != nil || !reflect.DeepEqual(c.RopeScaling, want) {
		t.Errorf("the scaling is %+v, %v; want %+v", c.RopeScaling, err, want)
	}
	for says, wrong := range map[string][]float32{
		"value 2 of rope_freqs.weight is 4": {1, 1, 4, 32},
		"value 1 of rope_freqs.weight is 2": {1, 2, factors[2], 32},
		"has 3 values":                      factors[:3],
	} {
		if _, err := readFactors(t, wrong); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v; want an error that says %q", wrong, err, says)
		}
	}
}

func readFactors(t *testing.T, factors []float32) (decoder.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "factors")
	var raw []byte
	for _, factor := range factors {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(factor))
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	kind, _ := ggml.Find(0) // F32
	g := &ggufFile{form: family.Llama.GGUF, tensors: map[string]ggufTensor{RopeFactors: {file, 0, kind, []int{len(factors)}}}}
	c := decoder.Config{
		Family: "llama", VocabSize: 8, HiddenSize: 8, IntermediateSize: 8, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 8,
		RMSNormEps: 1e-5, RopeTheta: 500000, MaxPositions: 131072,
	}
	err = g.readFactors(&c)
	return c, err
}
