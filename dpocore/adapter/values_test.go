package adapter_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/weights/safetensors"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestAdapterFileOrder: the tensors' data is in the order of their names, as in PEFT's files.
func TestAdapterFileOrder(t *testing.T) {
	dir, _, _ := writeAdapter(t)
	file, err := safetensors.Open(filepath.Join(dir, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	end := int64(0)
	for _, name := range file.Names() { // in alphabetical order
		info, _ := file.Info(name)
		if info.Offsets[0] != end {
			t.Fatalf("%s starts at byte %d, want %d", name, info.Offsets[0], end)
		}
		end = info.Offsets[1]
	}
}

// TestExtraTensor: an adapter with more than LoRA factors computes something that is not implemented here.
func TestExtraTensor(t *testing.T) {
	layout, values := tinymodel.Adapter(t)
	var list []safetensors.Tensor
	add := func(name string, shape []int, part []float32) {
		list = append(list, safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return part, nil }})
	}
	for _, factor := range layout.Factors {
		add(factor.Name, factor.Shape, values[factor.Offset:factor.Offset+factor.Size()])
	}
	add("base_model.model.lm_head.weight", []int{1}, []float32{1})
	dir := t.TempDir()
	if err := safetensors.Write(filepath.Join(dir, "adapter_model.safetensors"), "F32", list); err != nil {
		t.Fatal(err)
	}
	if _, err := adapter.ReadValues(dir, layout); err == nil || !strings.Contains(err.Error(), "has 1 tensors that this model does not have") {
		t.Errorf("error %v", err)
	}
}

func TestNonFiniteValues(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		layout, values := tinymodel.Adapter(t)
		values[layout.Factors[1].Offset] = float32(bad)
		dir := filepath.Join(t.TempDir(), "adapter")
		err := adapter.Write(dir, layout, values, adapter.Options{BaseModel: "base"})
		if err == nil || !strings.Contains(err.Error(), layout.Factors[1].Name) {
			t.Errorf("write %g: error %v does not name the tensor", bad, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("write %g: a folder was left on disk", bad)
		}
		var list []safetensors.Tensor
		for _, factor := range layout.Factors {
			part := values[factor.Offset : factor.Offset+factor.Size()]
			list = append(list, safetensors.Tensor{Name: factor.Name, Shape: factor.Shape, Values: func() ([]float32, error) { return part, nil }})
		}
		if err := safetensors.Write(filepath.Join(dir, "adapter_model.safetensors"), "F32", list); err != nil {
			t.Fatal(err)
		}
		if _, err := adapter.ReadValues(dir, layout); err == nil || !strings.Contains(err.Error(), layout.Factors[1].Name) {
			t.Errorf("read %g: error %v does not name the tensor", bad, err)
		}
	}
}

func TestAdapterOfAnotherModel(t *testing.T) {
	dir, _, _ := writeAdapter(t)
	config := tinymodel.Config()
	for _, c := range []struct {
		change func(*decoder.Config)
		want   string
	}{
		{func(c *decoder.Config) { c.Layers = 3 }, "has no tensor base_model.model.model.layers.2."},
		{func(c *decoder.Config) { c.Layers = 1 }, "14 tensors that this model does not have"},
		{func(c *decoder.Config) { c.IntermediateSize = 96 }, "shape [128 3] where this model needs [96 3]"},
	} {
		other := config
		c.change(&other)
		layout, err := decoder.NewLayout(other, decoder.LoRA{Rank: 3, Alpha: 6, Modules: decoder.AllModules})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := adapter.ReadValues(dir, layout); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v does not contain %q", err, c.want)
		}
	}
}

// TestBin: a .bin of an earlier adapter is removed, and a folder with only a .bin can't be read.
func TestBin(t *testing.T) {
	dir, layout, values := writeAdapter(t)
	bin := filepath.Join(dir, "adapter_model.bin")
	if _, err := os.Stat(bin); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "adapter_model.safetensors")); err != nil {
		t.Fatal(err)
	}
	_, readErr := adapter.ReadValues(dir, layout)
	_, hashErr := adapter.Hash(dir)
	for _, err := range []error{readErr, hashErr} {
		if err == nil || !strings.Contains(err.Error(), "has only adapter_model.bin") {
			t.Errorf("a folder with only a .bin: %v", err)
		}
	}
	if err := adapter.Write(dir, layout, values, adapter.Options{BaseModel: "base"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bin); err == nil {
		t.Error("the .bin of an earlier adapter was not removed")
	}
}

// TestDamagedBesideBin: if both files exist, the error is about the damaged one.
func TestDamagedBesideBin(t *testing.T) {
	dir, layout, _ := writeAdapter(t)
	if err := os.Truncate(filepath.Join(dir, "adapter_model.safetensors"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := adapter.ReadValues(dir, layout); err == nil || !strings.Contains(err.Error(), "the file is damaged") {
		t.Errorf("error %v", err)
	}
	if _, err := adapter.ReadValues(t.TempDir(), layout); err == nil || strings.Contains(err.Error(), "alone") {
		t.Errorf("an empty folder: %v", err)
	}
}
