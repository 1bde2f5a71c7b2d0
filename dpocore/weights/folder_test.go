package weights_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

const indexName = "model.safetensors.index.json"

// shard turns a folder's one file into two shards, tensors in turn, and an index.
func shard(t testing.TB, folder string) {
	t.Helper()
	names := [2]string{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}
	var shards [2][]safetensors.Tensor
	where := map[string]string{}
	for i, tensor := range tinymodel.ReadTensors(t, folder) {
		shards[i%2] = append(shards[i%2], tensor)
		where[tensor.Name] = names[i%2]
	}
	for i, name := range names {
		writeTensors(t, filepath.Join(folder, name), shards[i])
	}
	writeIndex(t, folder, where)
}

// writeIndex puts an index in the place of model.safetensors.
func writeIndex(t testing.TB, folder string, where map[string]string) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"weight_map": where})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, indexName), string(raw))
	if err := os.Remove(filepath.Join(folder, "model.safetensors")); err != nil {
		t.Fatal(err)
	}
}

// stored are a loaded model's tensors by name.
func stored(t testing.TB, loaded *weights.Weights) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	loaded.Stored(func(name string, _ []int, values func() ([]float32, error)) {
		own, err := values()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = slices.Clone(own)
	})
	return all
}

// The tensors joined in memory equal those in the file, and are the same from one file as from shards.
func TestLoadedTensorsEqualStored(t *testing.T) {
	config := tinymodel.Biased()
	backend, folder := openBackend(t), tinymodel.Write(t, config, 1)
	want := tinymodel.ReadTensors(t, folder)
	for _, form := range []string{"one file", "shards"} {
		if form == "shards" {
			shard(t, folder)
		}
		loaded, err := weights.Load(backend, folder)
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		got := stored(t, loaded)
		if len(got) != len(want) {
			t.Errorf("%s: %d tensors; want %d", form, len(got), len(want))
		}
		for _, tensor := range want {
			values, err := tensor.Values()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got[tensor.Name], values) {
				t.Errorf("%s: %s has other values than the file", form, tensor.Name)
			}
		}
		hash, err := weights.Hash(folder)
		if err != nil || hash != loaded.Hash || len(hash) != 64 {
			t.Errorf("%s: Hash gives %q, %v; Load found %q", form, hash, err, loaded.Hash)
		}
		loaded.Finalize()
	}
}

func TestHashTellsModelsApart(t *testing.T) {
	hash := func(folder string) string {
		t.Helper()
		sum, err := weights.Hash(folder)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	same, again := tinymodel.Write(t, tinymodel.Config(), 1), tinymodel.Write(t, tinymodel.Config(), 1)
	other := tinymodel.Write(t, tinymodel.Config(), 2)
	theta := tinymodel.Write(t, tinymodel.Changed(func(c *decoder.Config) { c.RopeTheta = 1e5 }), 1)
	if hash(same) != hash(again) {
		t.Error("two folders of the same content have different hashes")
	}
	if hash(same) == hash(other) {
		t.Error("other weights have the same hash")
	}
	if hash(same) == hash(theta) {
		t.Error("another configuration over the same weights has the same hash")
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	const up = "model.layers.1.mlp.up_proj.weight"
	rewrite := func(change func(tensor *safetensors.Tensor) (keep bool)) func(t *testing.T, folder string) {
		return func(t *testing.T, folder string) {
			var kept []safetensors.Tensor
			for _, tensor := range tinymodel.ReadTensors(t, folder) {
				if tensor.Name != up || change(&tensor) {
					kept = append(kept, tensor)
				}
			}
			writeTensors(t, filepath.Join(folder, "model.safetensors"), kept)
		}
	}
	index := func(file string) func(t *testing.T, folder string) {
		return func(t *testing.T, folder string) { writeIndex(t, folder, map[string]string{up: file}) }
	}
	backend := openBackend(t)
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, folder string)
		want  []string
	}{
		{"a tensor is missing", rewrite(func(*safetensors.Tensor) bool { return false }), []string{"no tensor", up}},
		{"a tensor is transposed", rewrite(func(tensor *safetensors.Tensor) bool {
			tensor.Shape = []int{64, 128}
			return true
		}), []string{up, "[64 128]", "[128 64]"}},
		{"no weights", func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, "model.safetensors")); err != nil {
				t.Fatal(err)
			}
		}, []string{"neither model.safetensors nor " + indexName}},
		{"an unfinished download", func(t *testing.T, folder string) {
			if err := os.Rename(filepath.Join(folder, "model.safetensors"), filepath.Join(folder, "model.safetensors.incomplete")); err != nil {
				t.Fatal(err)
			}
		}, []string{"download is not complete", "download the model again"}},
		{"weights in PyTorch's form", func(t *testing.T, folder string) {
			if err := os.Rename(filepath.Join(folder, "model.safetensors"), filepath.Join(folder, "pytorch_model.bin")); err != nil {
				t.Fatal(err)
			}
		}, []string{"pytorch_model.bin", "reads safetensors"}},
		{"a shard without its tensor", func(t *testing.T, folder string) {
			const own = "model-00001-of-00001.safetensors"
			writeTensors(t, filepath.Join(folder, own), tinymodel.ReadTensors(t, folder)[:1]) // lm_head or embedding comes first
			writeIndex(t, folder, map[string]string{up: own})
		}, []string{indexName, up, "model-00001-of-00001.safetensors", "does not hold it"}},
		{"an index without a tensor", func(t *testing.T, folder string) {
			shard(t, folder)
			path := filepath.Join(folder, indexName)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, path, strings.Replace(string(raw), up, "model.layers.1.mlp.up_proj.other", 1))
		}, []string{"up_proj.other", "does not hold it"}},
		{"an index that leads out", index("../model.safetensors"), []string{`"../model.safetensors"`, "outside the folder"}},
		{"an absolute path in the index", index("/model.safetensors"), []string{`"/model.safetensors"`, "outside the folder"}},
		{"a shard that is missing", index("model-00001-of-00001.safetensors"), []string{"model-00001-of-00001.safetensors"}},
		{"an index with another system's path", index(`..\model.safetensors`), []string{"outside the folder"}},
		{"an empty index", func(t *testing.T, folder string) { writeIndex(t, folder, nil) }, []string{"names no file"}},
		{"a damaged index", func(t *testing.T, folder string) {
			writeIndex(t, folder, nil)
			writeFile(t, filepath.Join(folder, indexName), "{")
		}, []string{indexName}},
		{"a damaged file", func(t *testing.T, folder string) {
			writeFile(t, filepath.Join(folder, "model.safetensors"), strings.Repeat("x", 100))
		}, []string{"model.safetensors", "damaged"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := tinymodel.Write(t, tinymodel.Config(), 1)
			c.spoil(t, folder)
			loaded, err := weights.Load(backend, folder)
			if err == nil {
				loaded.Finalize()
			}
			errtest.Contains(t, err, append(c.want, "load the model")...)
		})
	}
	_, err := weights.Load(backend, filepath.Join(t.TempDir(), "none"))
	errtest.Contains(t, err, "name a model folder or a .gguf file")
}
