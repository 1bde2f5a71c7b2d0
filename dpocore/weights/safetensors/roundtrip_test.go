package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// tensor is a tensor whose values are at hand.
func tensor(name string, shape []int, values ...float32) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Shape: shape, Values: func() ([]float32, error) { return values, nil }}
}

// store writes values as dtype and reads them back.
func store(t *testing.T, dtype string, values ...float32) []float32 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := safetensors.Write(path, dtype, []safetensors.Tensor{tensor("x", []int{len(values)}, values...)}); err != nil {
		t.Fatal(err)
	}
	file := open(t, path)
	got, err := file.Read("x")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func open(t *testing.T, path string) *safetensors.File {
	t.Helper()
	file, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

func TestRoundTrip(t *testing.T) {
	for dtype, width := range map[string]int64{"F32": 4, "F16": 2, "BF16": 2} {
		path := filepath.Join(t.TempDir(), "file")
		many := make([]float32, 1<<16+3) // more than Write converts at once
		for i := range many {
			many[i] = float32(i % 128) // exact in 8 bits of mantissa
		}
		list := []safetensors.Tensor{
			tensor("z", []int{2, 3}, 1, -2, 0.5, 0.25, 96, 0),
			tensor(`odd "name" <é>`, []int{1<<16 + 3}, many...),
			tensor("scalar", nil, 7),
			tensor("empty", []int{0, 5}),
		}
		if err := safetensors.Write(path, dtype, list); err != nil {
			t.Fatal(err)
		}
		file := open(t, path)
		if want := []string{"empty", `odd "name" <é>`, "scalar", "z"}; !slices.Equal(file.Names(), want) {
			t.Errorf("%s: names %q, want %q", dtype, file.Names(), want)
		}
		if file.Metadata["format"] != "pt" || file.Path() != path {
			t.Errorf("%s: metadata %v of %s", dtype, file.Metadata, file.Path())
		}
		offset := int64(0)
		for _, tensor := range list {
			want, _ := tensor.Values()
			info, ok := file.Info(tensor.Name)
			end := offset + width*int64(len(want))
			if !ok || info.DType != dtype || !slices.Equal(info.Shape, tensor.Shape) || info.Offsets != [2]int64{offset, end} {
				t.Errorf("%s: tensor %q is %+v, want shape %v at %d to %d", dtype, tensor.Name, info, tensor.Shape, offset, end)
			}
			offset = end
			if got, err := file.Read(tensor.Name); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: tensor %q read back other values (%v)", dtype, tensor.Name, err)
			}
		}
		if _, err := file.Read("absent"); err == nil || !strings.Contains(err.Error(), "absent") {
			t.Errorf("%s: reading an absent tensor gave %v", dtype, err)
		}
	}
}

// pythonFile is what safetensors 0.8.0 with torch 2.15.0 writes for
//
//	save_file({"a": tensor([[1, -2.5], [0.5, inf]]), "b.half": tensor([1, -65504, 2**-24], dtype=float16),
//	           "c": tensor([[3.140625]], dtype=bfloat16)}, path, metadata={"format": "pt"})
const pythonFile = "d0000000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c2261223a7b226474797065223a22463332" +
	"222c227368617065223a5b322c325d2c22646174615f6f666673657473223a5b302c31365d7d2c2263223a7b226474797065223a2242463136222c" +
	"227368617065223a5b312c315d2c22646174615f6f666673657473223a5b31362c31385d7d2c22622e68616c66223a7b226474797065223a224631" +
	"36222c227368617065223a5b335d2c22646174615f6f666673657473223a5b31382c32345d7d7d20200000803f000020c00000003f0000807f4940" +
	"003cfffb0100"

func pythonBytes(t testing.TB) []byte {
	t.Helper()
	content, err := hex.DecodeString(pythonFile)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestReadsPython(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, pythonBytes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	file := open(t, path)
	if file.Metadata["format"] != "pt" {
		t.Errorf("metadata %v", file.Metadata)
	}
	for _, c := range []struct {
		name, dtype string
		shape       []int
		values      []float32
	}{
		{"a", "F32", []int{2, 2}, []float32{1, -2.5, 0.5, float32(math.Inf(1))}},
		{"b.half", "F16", []int{3}, []float32{1, -65504, 0x1p-24}},
		{"c", "BF16", []int{1, 1}, []float32{3.140625}},
	} {
		info, ok := file.Info(c.name)
		if !ok || info.DType != c.dtype || !slices.Equal(info.Shape, c.shape) {
			t.Errorf("tensor %q is %+v, want %s %v", c.name, info, c.dtype, c.shape)
		}
		if got, err := file.Read(c.name); err != nil || !slices.Equal(got, c.values) {
			t.Errorf("tensor %q holds %v (%v), want %v", c.name, got, err, c.values)
		}
	}
}

// TestBytes fixes a whole file: 1 is 3c00 in float16 and −2 is c000; the header is padded to a multiple of 8.
func TestBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := safetensors.Write(path, "F16", []safetensors.Tensor{tensor("w", []int{2}, 1, -2)}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := `{"__metadata__":{"format":"pt"},"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	want := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	want = append(want, 0x00, 0x3c, 0x00, 0xc0)
	if !bytes.Equal(got, want) {
		t.Errorf("the file is\n%q, want\n%q", got, want)
	}
}

// TestScalarShape: a tensor of no dimensions has the shape [], where null would keep Python from reading the file.
func TestScalarShape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := safetensors.Write(path, "F32", []safetensors.Tensor{tensor("x", nil, 7)}); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || !bytes.Contains(content, []byte(`"shape":[]`)) {
		t.Errorf("the file is %q (%v), want a shape of []", content, err)
	}
}
