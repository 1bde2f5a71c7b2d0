package safetensors_test

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/weights/safetensors"
)

// build puts a file together: the length, the header and as many bytes of data.
func build(header string, data int) []byte {
	content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(content, header...), make([]byte, data)...)
}

// entry is a header with one tensor, given by the JSON of its three fields.
func entry(dtype, shape, offsets string) string {
	return `{"x":{"dtype":` + dtype + `,"shape":` + shape + `,"data_offsets":` + offsets + `}}`
}

// checkOpen opens a file with this content. The error must contain want and the file's name; "" is no error.
func checkOpen(t *testing.T, name string, content []byte, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Open(path)
	if err == nil {
		file.Close()
	}
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path)):
		t.Errorf("%s: error %v, want one with %q and the file's name", name, err, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	length := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), "{}"...) }
	for _, c := range []struct {
		name    string
		content []byte
		want    string // what the error says; empty where Open succeeds
	}{
		{"good", build(entry(`"F32"`, `[2]`, `[0,8]`), 8), ""},
		{"good, no tensors", build(`{}`, 0), ""},
		{"good, header padded", build(`{}      `, 0), ""},

		{"no bytes", nil, "shorter than 8 bytes"},
		{"seven bytes", make([]byte, 7), "shorter than 8 bytes"},
		{"header one byte longer than the file", length(3), "header of 3 bytes in a file of 10"},
		{"header longer than the format allows", length(100_000_001), "header of 100000001 bytes"},
		{"header length that is negative as int64", length(math.MaxUint64), "header of"},
		{"header of no bytes", build("", 0), "not JSON"},
		{"not JSON", build("hello", 0), "not JSON"},
		{"JSON cut short", build(`{"x":`, 0), "not JSON"},
		{"two values", build(`{}{}`, 0), "not JSON"},
		{"a list", build(`[]`, 0), "not JSON"},
		{"metadata of numbers", build(`{"__metadata__":{"a":1}}`, 0), "metadata"},

		{"tensor is null", build(`{"x":null}`, 0), `tensor "x"`},
		{"tensor is a number", build(`{"x":1}`, 0), `tensor "x"`},
		{"good, a type that nobody reads", build(entry(`"I64"`, `[1]`, `[0,8]`), 8), ""},
		{"unknown type, end past the file", build(entry(`"I64"`, `[1]`, `[0,8]`), 7), "bytes 0 to 8 of 7"},
		{"unknown type, impossible shape", build(entry(`"I64"`, `[-1]`, `[0,8]`), 8), "impossible"},
		{"end past the file", build(entry(`"F32"`, `[2]`, `[0,8]`), 7), "bytes 0 to 8 of 7"},
		{"begin past the file", build(entry(`"F32"`, `[1]`, `[8,12]`), 8), "bytes 8 to 12 of 8"},
		{"negative begin", build(entry(`"F32"`, `[2]`, `[-4,4]`), 8), "bytes -4 to 4"},
		{"end before begin", build(entry(`"F32"`, `[1]`, `[8,4]`), 8), "bytes 8 to 4"},
		{"fewer bytes than the shape needs", build(entry(`"F32"`, `[3]`, `[0,8]`), 8), "shape [3]"},
		{"more bytes than the shape needs", build(entry(`"F16"`, `[2]`, `[0,8]`), 8), "shape [2]"},
		{"begin that is no whole number", build(entry(`"F32"`, `[1]`, `[0.5,4]`), 4), `tensor "x"`},
		{"offset past int64", build(entry(`"F32"`, `[1]`, `[0,9223372036854775808]`), 4), `tensor "x"`},

		{"negative dimension", build(entry(`"F32"`, `[-2]`, `[0,8]`), 8), "impossible"},
		{"two negative dimensions", build(entry(`"F32"`, `[-1,-2]`, `[0,8]`), 8), "impossible"},
		// 2^32·2^32 = 2^64, and 2^62·4 bytes = 2^64: both are 0 in 64 bits
		{"values overflow to 0", build(entry(`"F32"`, `[4294967296,4294967296]`, `[0,0]`), 0), "impossible"},
		{"bytes overflow to 0", build(entry(`"F32"`, `[4611686018427387904]`, `[0,0]`), 0), "impossible"},
		{"overflow, then nothing", build(entry(`"F32"`, `[4294967296,4294967296,0]`, `[0,0]`), 0), "impossible"},
	} {
		checkOpen(t, c.name, c.content, c.want)
	}
}

// TestReadRefusesOtherTypes: they matter to who reads them alone.
func TestReadRefusesOtherTypes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights")
	header := `{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"small":{"dtype":"f32","shape":[1],"data_offsets":[8,12]},` +
		`"w":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`
	if err := os.WriteFile(path, build(header, 16), 0o600); err != nil {
		t.Fatal(err)
	}
	file := open(t, path)
	for name, dtype := range map[string]string{"ids": `"I64"`, "small": `"f32"`} {
		_, err := file.Read(name)
		if err == nil || !strings.Contains(err.Error(), dtype) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), path) {
			t.Errorf("reading %s gave %v, want an error with type, tensor and file", name, err)
		}
	}
	if got, err := file.Read("w"); err != nil || len(got) != 1 || got[0] != 0 {
		t.Errorf("the float32 beside them reads as %v, %v", got, err)
	}
}

func TestOpenNoFile(t *testing.T) {
	if _, err := safetensors.Open(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that there is no file", err)
	}
	if _, err := safetensors.Open(t.TempDir()); err == nil {
		t.Error("a folder opened as a file")
	}
}

// TestTruncatedAtEveryLength cuts the file Python wrote after each of its bytes: its last tensor ends where it ends.
func TestTruncatedAtEveryLength(t *testing.T) {
	whole := pythonBytes(t)
	path := filepath.Join(t.TempDir(), "file")
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if file, err := safetensors.Open(path); err == nil {
			file.Close()
			t.Errorf("the first %d of %d bytes opened", n, len(whole))
		}
	}
}

// TestReadAfterTruncation cuts the file while it is open.
func TestReadAfterTruncation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, pythonBytes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	file := open(t, path)
	if err := os.Truncate(path, int64(len(pythonBytes(t))-1)); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Read("b.half"); err == nil || !strings.Contains(err.Error(), "b.half") {
		t.Errorf("reading a tensor that is no longer whole gave %v", err)
	}
	if _, err := file.Read("a"); err != nil {
		t.Errorf("reading a tensor that is still whole: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name, dtype string
		list        []safetensors.Tensor
		want        string
	}{
		{"unknown type", "F64", nil, `"F64"`},
		{"same name twice", "F32", []safetensors.Tensor{tensor("x", []int{1}, 1), tensor("x", []int{1}, 1)}, "twice"},
		{"too few values", "F32", []safetensors.Tensor{tensor("x", []int{2, 2}, 1, 2, 3)}, "3 values where shape [2 2] needs 4"},
		{"values fail", "F32", []safetensors.Tensor{{Name: "x", Shape: []int{1},
			Values: func() ([]float32, error) { return nil, broken }}}, "broken"},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := safetensors.Write(path, c.dtype, c.list)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != "old" {
			t.Errorf("%s: the old file holds %q (%v)", c.name, content, err)
		}
	}
}

// FuzzOpen opens arbitrary bytes and reads every tensor: an error, for other types always, or as many values as its shape says, never a panic.
func FuzzOpen(f *testing.F) {
	f.Add(pythonBytes(f))
	f.Add(build(`{}`, 3))
	f.Add(build(entry(`"F32"`, `[2]`, `[0,8]`), 8))
	f.Add(build(entry(`"BF16"`, `[0,9223372036854775807]`, `[0,0]`), 0))
	f.Add(build(entry(`"F32"`, `[4294967296,4294967296]`, `[0,0]`), 0))
	f.Add(build(`{"__metadata__":null,"x":{"dtype":"F16","data_offsets":[0,2]}}`, 2))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{', '}'})
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := safetensors.Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for _, name := range file.Names() {
			info, _ := file.Info(name)
			values, err := file.Read(name)
			if !slices.Contains([]string{"F32", "F16", "BF16"}, info.DType) {
				if err == nil {
					t.Fatalf("tensor %q of type %q was read", name, info.DType)
				}
				continue
			}
			if err != nil {
				t.Fatalf("tensor %q of an accepted file: %v", name, err)
			}
			if len(values) != info.Size() {
				t.Fatalf("tensor %q has %d values, its shape %v says %d", name, len(values), info.Shape, info.Size())
			}
		}
	})
}
