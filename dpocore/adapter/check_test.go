package adapter

import (
	"archive/zip"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// newTensor returns a tensor; its values should be integers, which every type represents exactly.
func newTensor(name string, values []float32, shape ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }}
}

// TestVerifyFindsDifferences compares a written folder with other adapters, as if the disk had changed it.
func TestVerifyFindsDifferences(t *testing.T) {
	dir := t.TempDir()
	layout, err := decoder.NewLayout(tinymodel.Config(), decoder.LoRA{Rank: 3, Alpha: 6, Modules: decoder.AllModules})
	if err != nil {
		t.Fatal(err)
	}
	values := layout.Init(1)
	if err := Write(dir, layout, values, Options{BaseModel: "base"}); err != nil {
		t.Fatal(err)
	}
	wider, stronger, other := layout, layout, slices.Clone(values)
	wider.LoRA.Rank, wider.LoRA.Alpha = 6, 12 // the same scale
	stronger.LoRA.Alpha = 7
	other[len(other)-1]++
	checkError(t, "identical", verify(dir, layout, values), "")
	checkError(t, "another rank", verify(dir, wider, values), "has another rank or alpha")
	checkError(t, "another alpha", verify(dir, stronger, values), "has another rank or alpha")
	checkError(t, "another value", verify(dir, layout, other), "has other values")
}

// TestWriteOfEachArchitecture: a written adapter is the one in memory, also where projections are joined and are in another order.
func TestWriteOfEachArchitecture(t *testing.T) {
	for _, variant := range tinymodel.Variants() {
		layout, err := decoder.NewLayout(variant.Config, decoder.LoRA{Rank: 3, Alpha: 6, Modules: decoder.AllModules})
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, variant.Name, Write(t.TempDir(), layout, layout.Init(1), Options{BaseModel: "base"}), "")
	}
}

func checkError(t *testing.T, what string, err error, message string) {
	t.Helper()
	if (err == nil) != (message == "") || err != nil && !strings.Contains(err.Error(), message) {
		t.Errorf("%s: error %v, want one with %q", what, err, message)
	}
}

// TestTorchArchive compares the entries byte by byte. The pickle is protocol 2 in the opcodes of Python's pickletools:
// {"w": _rebuild_tensor_v2(storage "0" of 6 values, 0, (2, 3), (3, 1), False, OrderedDict())}.
func TestTorchArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bin")
	list := []safetensors.Tensor{newTensor("w", []float32{1, 2, 3, 4, 5, -6}, 2, 3)}
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
			t.Errorf("%s contains %q (%v), want %q", name, got, err, want)
		}
	}
	checkError(t, "identical", checkTorch(path, list), "")
	checkError(t, "another name", checkTorch(path, []safetensors.Tensor{newTensor("v", []float32{1, 2, 3, 4, 5, -6}, 2, 3)}), "data.pkl has other bytes")
	checkError(t, "another value", checkTorch(path, []safetensors.Tensor{newTensor("w", []float32{1, 2, 3, 4, 5, 6}, 2, 3)}), "data/0 has other bytes")
}

// TestCheckRange: the largest float16 is (2 − 2⁻¹⁰)·2¹⁵ = 65504, the largest bfloat16 (2 − 2⁻⁷)·2¹²⁷.
func TestCheckRange(t *testing.T) {
	infinity := float32(math.Inf(1))
	for _, c := range []struct {
		value   float32
		stored  string
		message string
	}{
		{65504, "F16", ""}, {-65504, "F16", ""}, {65505, "F16", "overflows the type"}, {-65505, "F16", "overflows the type"},
		{0x1.fep127, "BF16", ""}, {-0x1.fep127, "BF16", ""}, {0x1.ff8p127, "BF16", "overflows the type"}, {-0x1.ff8p127, "BF16", "overflows the type"},
		{math.MaxFloat32, "F32", ""}, {-math.MaxFloat32, "F32", ""},
		{infinity, "F32", "training diverged"}, {-infinity, "F16", "training diverged"}, {float32(math.NaN()), "BF16", "training diverged"},
	} {
		checkError(t, c.stored, CheckRange("w", []float32{0, c.value}, c.stored), c.message)
	}
}
