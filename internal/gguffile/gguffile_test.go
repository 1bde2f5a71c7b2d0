package gguffile

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/weights/ggml"
	"example.com/gonb-dpo/internal/ggufcheck"
)

func tensor(name string, kind string, shape []int, raw []byte, err error) Tensor {
	return Tensor{Name: name, Type: ggml.Named(kind), Shape: shape, Bytes: func() ([]byte, error) { return raw, err }}
}

// A file with a value of every kind and tensors whose bytes need filling is read back by another reader.
func TestReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gguf")
	metadata := []Entry{
		{"general.architecture", "llama"}, {"a.number", uint32(7)}, {"a.signed", int32(-7)}, {"a.real", float32(0.5)}, {"a.flag", true},
		{"a.ids", []int32{1, -2}}, {"a.scores", []float32{0.25, -1}}, {"a.texts", []string{"ä", "", "b"}},
	}
	tensors := []Tensor{
		tensor("one", "F32", []int{3}, make([]byte, 12), nil),
		tensor("two", "Q8_0", []int{2, 32}, []byte(strings.Repeat("x", 68)), nil),
		tensor("three", "F16", []int{1, 2, 2}, []byte("abcdefgh"), nil),
	}
	if err := Write(path, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	file, err := ggufcheck.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"a.number": uint64(7), "a.signed": int64(-7), "a.real": 0.5, "a.flag": true, "a.texts": []string{"ä", "", "b"}} {
		kv, _ := file.GetKeyValue(key)
		var got any
		switch want.(type) {
		case uint64:
			got = kv.Uint64()
		case int64:
			got = kv.Int64()
		case float64:
			got = kv.Float64()
		case bool:
			got = kv.Bool()
		default:
			got = kv.Strings()
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"two": strings.Repeat("x", 68), "three": "abcdefgh"} {
		info, _ := file.GetTensorInfo(name)
		begin := file.DataOffset() + int64(info.Offset)
		if begin%alignment != 0 || string(raw[begin:begin+int64(len(want))]) != want {
			t.Errorf("%s is not at %d", name, begin)
		}
	}
	if info, _ := file.GetTensorInfo("three"); !reflect.DeepEqual(info.Shape, []uint64{2, 2, 1}) {
		t.Errorf("the shape is stored as %v", info.Shape)
	}
}

// A failure leaves no file, and says which tensor it was.
func TestFailures(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, c := range []struct {
		name    string
		entry   Entry
		tensor  Tensor
		message string
	}{
		{"no bytes", Entry{"a", "b"}, tensor("x", "F32", []int{1}, nil, broken), "tensor x: the disk is gone"},
		{"too few bytes", Entry{"a", "b"}, tensor("x", "F32", []int{2}, make([]byte, 4), nil), "tensor x has 4 bytes where its shape has 8"},
		{"half a block", Entry{"a", "b"}, tensor("x", "Q8_0", []int{1, 16}, nil, nil), "16 values do not fill blocks of 32"},
		{"a strange value", Entry{"a", 1}, tensor("x", "F32", []int{1}, make([]byte, 4), nil), "the value of a has the type int"},
	} {
		path := filepath.Join(t.TempDir(), "m.gguf")
		err := Write(path, []Entry{c.entry}, []Tensor{c.tensor})
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.message)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: there is a file", c.name)
		}
	}
}
