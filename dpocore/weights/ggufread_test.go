package weights_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/tinymodel"
)

func q8(string) string { return "Q8_0" }

// A model in three files has the weights of the same model in one, whichever of the files is named, and its hash covers all.
func TestShardedGGUF(t *testing.T) {
	t.Setenv(device.Env, "go") // compiles nothing
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	one := tinymodel.WriteGGUF(t, tinymodel.Config(), 3, 1, q8)
	last := tinymodel.WriteGGUF(t, tinymodel.Config(), 3, 3, q8)
	first := strings.Replace(last, "00003-of", "00001-of", 1)
	read := func(path string) (values []float32, hash string) {
		t.Helper()
		loaded, err := weights.Load(backend, path)
		if err != nil {
			t.Fatal(err)
		}
		defer loaded.Finalize()
		loaded.Stored(func(_ string, _ []int, read func() ([]float32, error)) {
			part, err := read()
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, part...)
		})
		return values, loaded.Hash
	}
	want, _ := read(one)
	got, hash := read(last)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%d weights of the shards differ from the %d of one file", len(got), len(want))
	}
	if _, other := read(first); other != hash {
		t.Error("the hash depends on which shard is named")
	}
	if !weights.Quantized(first) {
		t.Error("shards in Q8_0 are said not to be quantized")
	}
	if err := os.Remove(strings.Replace(last, "00003-of", "00002-of", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := weights.Load(backend, last); err == nil || !strings.Contains(err.Error(), "model-00002-of-00003.gguf is missing") {
		t.Errorf("a missing shard: %v", err)
	}
}
