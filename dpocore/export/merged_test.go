package export_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// base is a loaded tiny model with its tokenizer.
type base struct {
	backend compute.Backend
	weights *weights.Weights
	tok     *tokenizer.Tokenizer
}

func load(t *testing.T) base {
	t.Helper()
	folder := tinymodel.WriteChat(t, 7)
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := weights.Load(backend, folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	tok, err := tokenizer.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tok.Close() })
	return base{backend, loaded, tok}
}

func (b base) merge(out, dtype string, layout decoder.Layout, values []float32) error {
	source := adapter.Merged{Weights: "w", Adapter: "a", DType: dtype}
	return export.Write(context.Background(), export.MergedFolder, out, source, b.model(layout, values), func(string) error { return nil })
}

func (b base) model(layout decoder.Layout, values []float32) export.Model {
	return export.Model{Weights: b.weights, Layout: layout, Adapter: values, Tokenizer: b.tok}
}

// readTensor reads one tensor of a merged folder.
func readTensor(t *testing.T, dir, name string) []float32 {
	t.Helper()
	file, err := safetensors.Open(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	values, err := file.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestMergedIsBasePlusProduct compares one projection with W + (6/3)·B·A computed in float64, and another one, without
// an adapter, with W.
func TestMergedIsBasePlusProduct(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t, "up_proj")
	for i := range values {
		values[i] = float32(math.Sin(float64(i))) / 8
	}
	plain, merged := filepath.Join(t.TempDir(), "plain"), filepath.Join(t.TempDir(), "merged")
	if err := b.merge(plain, "float32", layout, make([]float32, layout.Size)); err != nil {
		t.Fatal(err)
	}
	if err := b.merge(merged, "float32", layout, values); err != nil {
		t.Fatal(err)
	}
	const name, in, rank = "model.layers.1.mlp.up_proj.weight", 64, 3
	before, after := readTensor(t, plain, name), readTensor(t, merged, name)
	A, B, ok := layout.Of(name)
	if !ok {
		t.Fatalf("no factors of %s", name)
	}
	for i := range before {
		want := float64(before[i])
		for r := range rank {
			want += 2 * float64(values[B.Offset+i/in*rank+r]) * float64(values[A.Offset+r*in+i%in])
		}
		if math.Abs(float64(after[i])-want) > 1e-6 {
			t.Fatalf("value %d is %g, want %g", i, after[i], want)
		}
	}
	other := "model.layers.1.mlp.gate_proj.weight"
	for i, value := range readTensor(t, merged, other) {
		if value != readTensor(t, plain, other)[i] {
			t.Fatalf("%s changed, though it carries no adapter", other)
		}
	}
}

// TestMergedTypes: the stored value is the float32 value rounded to the type, which has 8 significant bits in bfloat16
// and 11 in float16.
func TestMergedTypes(t *testing.T) {
	b := load(t)
	layout, _ := tinymodel.Adapter(t)
	zero := make([]float32, layout.Size)
	const name = "model.layers.0.self_attn.q_proj.weight"
	whole := filepath.Join(t.TempDir(), "float32")
	if err := b.merge(whole, "float32", layout, zero); err != nil {
		t.Fatal(err)
	}
	exact := readTensor(t, whole, name)
	for dtype, relative := range map[string]float64{"float16": 1.0 / 2048, "bfloat16": 1.0 / 256} {
		dir := filepath.Join(t.TempDir(), dtype)
		if err := b.merge(dir, dtype, layout, zero); err != nil {
			t.Fatal(err)
		}
		for i, value := range readTensor(t, dir, name) {
			if math.Abs(float64(value-exact[i])) > relative*math.Abs(float64(exact[i]))+1e-7 {
				t.Fatalf("%s: value %d is %g, exactly %g", dtype, i, value, exact[i])
			}
		}
		config, err := os.ReadFile(filepath.Join(dir, "config.json"))
		if err != nil || !strings.Contains(string(config), `"dtype": "`+dtype+`"`) {
			t.Errorf("config.json of %s: %v\n%s", dtype, err, config)
		}
	}
	if err := b.merge(filepath.Join(t.TempDir(), "x"), "int8", layout, zero); err == nil || !strings.Contains(err.Error(), "int8") {
		t.Errorf("int8: %v", err)
	}
}

// TestFloat16Overflow: 3·300·300·2 is above 65504, and the error names the tensor.
func TestFloat16Overflow(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	for i := range values {
		values[i] = 300
	}
	out := filepath.Join(t.TempDir(), "half")
	err := b.merge(out, "float16", layout, values)
	if err == nil || !strings.Contains(err.Error(), "model.layers.0.self_attn.q_proj.weight") || !strings.Contains(err.Error(), "bfloat16") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a folder was left on disk")
	}
}

// TestMergedFolders: a folder that was not made by merging is an error; one that was is unchanged until its replacement
// has been checked.
func TestMergedFolders(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "config.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.merge(foreign, "float32", layout, values); err == nil || !strings.Contains(err.Error(), "was not made by merging") {
		t.Errorf("an unrelated folder: %v", err)
	}

	parent := t.TempDir()
	out := filepath.Join(parent, "merged")
	if err := b.merge(out, "float32", layout, make([]float32, layout.Size)); err != nil {
		t.Fatal(err)
	}
	before := readTensor(t, out, "model.layers.0.self_attn.q_proj.weight")
	bad := errors.New("bad")
	err := export.Write(context.Background(), export.MergedFolder, out, adapter.Merged{Weights: "w", Adapter: "b", DType: "float32"},
		b.model(layout, values), func(string) error { return bad })
	if !errors.Is(err, bad) {
		t.Errorf("error %v does not wrap the check's", err)
	}
	if after := readTensor(t, out, "model.layers.0.self_attn.q_proj.weight"); after[0] != before[0] {
		t.Error("a merge that failed its check replaced the old one")
	}
	if err := b.merge(out, "float32", layout, values); err != nil {
		t.Fatal(err)
	}
	if after := readTensor(t, out, "model.layers.0.self_attn.q_proj.weight"); after[0] == before[0] {
		t.Error("a good merge did not replace the old one")
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("next to the merged folder there are %v, %v", entries, err)
	}
}
