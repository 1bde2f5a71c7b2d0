package selftest

import (
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/internal/randommodel"
)

func TestGradients(t *testing.T) {
	folder := t.TempDir()
	if err := randommodel.Write(folder, tinyConfig(), 1); err != nil {
		t.Fatal(err)
	}
	backend := open(t, "")
	for _, c := range []struct {
		precision          dtypes.DType
		cosine, below      float64
		rewards, lengthOff float64
	}{{dtypes.Float32, 1, 1.0000001, 1e-6, 1e-6}, {dtypes.Float16, 0.9999, 1, 1e-3, 1e-2}, {dtypes.BFloat16, 0.98, 0.99999, 1e-2, 5e-2}} {
		g, err := Gradients(backend, folder, tinyExamples()[:4], c.precision)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", c.precision, g)
		if !(g.Cosine >= c.cosine-1e-9 && g.Cosine < c.below) || !(g.Reward <= c.rewards) || !(g.Length > 1-c.lengthOff && g.Length < 1+c.lengthOff) {
			t.Errorf("%s: %+v", c.precision, g)
		}
	}
	if _, err := Gradients(backend, t.TempDir(), tinyExamples()[:4], dtypes.Float16); err == nil {
		t.Error("a folder without a model has gradients")
	}
}
