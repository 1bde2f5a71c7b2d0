package export

import (
	"archive/zip"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// tensorOf has whole numbers as values, which every type holds.
func tensorOf(name string, values []float32, shape ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }}
}

// TestChecksFindWhatDiffers: what was written is compared with what should have been, as if the disk had changed it.
func TestChecksFindWhatDiffers(t *testing.T) {
	dir := t.TempDir()
	layout, err := llama.NewLayout(tinymodel.Config(), llama.LoRA{Rank: 3, Alpha: 6, Modules: llama.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	values := layout.Init(1)
	if err := WriteAdapter(dir, layout, values, "base", false); err != nil {
		t.Fatal(err)
	}
	wider, stronger, other := layout, layout, slices.Clone(values)
	wider.LoRA.Rank, wider.LoRA.Alpha = 6, 12 // the same scale
	stronger.LoRA.Alpha = 7
	other[len(other)-1]++
	checkSays(t, "the same", checkAdapter(dir, layout, values), "")
	checkSays(t, "another rank", checkAdapter(dir, wider, values), "does not hold its rank and alpha")
	checkSays(t, "another alpha", checkAdapter(dir, stronger, values), "does not hold its rank and alpha")
	checkSays(t, "another value", checkAdapter(dir, layout, other), "holds other values")
}

func checkSays(t *testing.T, what string, err error, says string) {
	t.Helper()
	if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
		t.Errorf("%s: error %v, want one with %q", what, err, says)
	}
}

func TestModelCheckFindsWhatDiffers(t *testing.T) {
	a, b := tensorOf("a", []float32{1, 2, 3, 4, 5, 6}, 2, 3), tensorOf("b", []float32{7}, 1)
	for _, c := range []struct {
		name, stored string
		want         []safetensors.Tensor
		says         string
	}{
		{"the same", "F32", []safetensors.Tensor{a, b}, ""},
		{"one too many", "F32", []safetensors.Tensor{a}, "holds 2 tensors in place of 1"},
		{"one too few", "F32", []safetensors.Tensor{a, b, tensorOf("c", []float32{8}, 1)}, "holds 2 tensors in place of 3"},
		{"another name", "F32", []safetensors.Tensor{a, tensorOf("c", []float32{7}, 1)}, "does not hold c"},
		{"another shape", "F32", []safetensors.Tensor{tensorOf("a", []float32{1, 2, 3, 4, 5, 6}, 3, 2), b}, "does not hold a"},
		{"another type", "F16", []safetensors.Tensor{a, b}, "does not hold a"},
		{"another value", "F32", []safetensors.Tensor{a, tensorOf("b", []float32{8}, 1)}, "another value in b"},
	} {
		dir := t.TempDir()
		if err := safetensors.Write(filepath.Join(dir, "model.safetensors"), "F32", []safetensors.Tensor{a, b}); err != nil {
			t.Fatal(err)
		}
		checkSays(t, c.name, checkModel(dir, c.want, c.stored), c.says)
	}
}

// TestTorchArchive: the entries, byte by byte. The pickle is protocol 2 in the opcodes of Python's pickletools:
// {"w": _rebuild_tensor_v2(storage "0" of 6 values, 0, (2, 3), (3, 1), False, OrderedDict())}.
func TestTorchArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bin")
	list := []safetensors.Tensor{tensorOf("w", []float32{1, 2, 3, 4, 5, -6}, 2, 3)}
	if err := writeTorch(path, list); err != nil {
		t.Fatal(err)
	}
	pickled := "\x80\x02}(X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n" +
		"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ\x06\x00\x00\x00tQ" +
		"J\x00\x00\x00\x00(J\x02\x00\x00\x00J\x03\x00\x00\x00t(J\x03\x00\x00\x00J\x01\x00\x00\x00t\x89ccollections\nOrderedDict\n)RtRu."
	// float32 1 is 0x3f800000, each doubling adds 0x00800000; 3, 5 and 6 are 1.5·2, 1.25·4 and 1.5·4
	numbers := "\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40\x00\x00\xc0\xc0"
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for name, want := range map[string]string{"data.pkl": pickled, "byteorder": "little", "data/0": numbers, "version": "3\n"} {
		entry, err := archive.Open("archive/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(entry); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, want)
		}
	}
	checkSays(t, "the same", checkTorch(path, list), "")
	checkSays(t, "another name", checkTorch(path, []safetensors.Tensor{tensorOf("v", []float32{1, 2, 3, 4, 5, -6}, 2, 3)}), "data.pkl holds other bytes")
	checkSays(t, "another value", checkTorch(path, []safetensors.Tensor{tensorOf("w", []float32{1, 2, 3, 4, 5, 6}, 2, 3)}), "data/0 holds other bytes")
}

// TestWithin: float16's greatest value is (2 − 2⁻¹⁰)·2¹⁵ = 65504, bfloat16's (2 − 2⁻⁷)·2¹²⁷.
func TestWithin(t *testing.T) {
	infinity := float32(math.Inf(1))
	for _, c := range []struct {
		value  float32
		stored string
		says   string
	}{
		{65504, "F16", ""}, {-65504, "F16", ""}, {65505, "F16", "beyond the range"}, {-65505, "F16", "beyond the range"},
		{0x1.fep127, "BF16", ""}, {-0x1.fep127, "BF16", ""}, {0x1.ff8p127, "BF16", "beyond the range"}, {-0x1.ff8p127, "BF16", "beyond the range"},
		{math.MaxFloat32, "F32", ""}, {-math.MaxFloat32, "F32", ""},
		{infinity, "F32", "went astray"}, {-infinity, "F16", "went astray"}, {float32(math.NaN()), "BF16", "went astray"},
	} {
		checkSays(t, c.stored, within("w", []float32{0, c.value}, c.stored), c.says)
	}
}
