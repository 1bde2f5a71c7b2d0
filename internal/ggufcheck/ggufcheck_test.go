package ggufcheck

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/gonb-dpo/internal/deps"
)

// file writes a GGUF file of the parts given, in little-endian order; a text gets its length before it.
func file(parts ...any) []byte {
	var out bytes.Buffer
	out.WriteString("GGUF")
	for _, part := range parts {
		if text, ok := part.(string); ok {
			part = append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
		}
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	return out.Bytes()
}

// n is a uint64, and i a uint32, as most parts are.
type (
	n = uint64
	i = uint32
)

// matrix is a valid file with one matrix of 2 by 3 float32, its dimensions and its offset given.
func matrix(rows, columns, offset n, data int) []byte {
	content := file(i(3), n(1), n(2), "general.architecture", i(8), "llama", "general.alignment", i(4), i(8),
		"m", i(2), columns, rows, i(0), offset)
	for len(content)%8 != 0 {
		content = append(content, 0)
	}
	return append(content, make([]byte, data)...)
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		name, says string
		content    []byte
	}{
		{"sound", "", matrix(2, 3, 0, 24)},
		{"empty", "ends too early", nil},
		{"other", `begins with "PK\x03\x04"`, append([]byte("PK\x03\x04"), make([]byte, 30)...)},
		{"version", "version 9", file(i(9), n(0), n(0))},
		{"more values than bytes", "ends too early", file(i(3), n(0), n(1<<60))},
		{"more tensors than bytes", "ends too early", file(i(3), n(1<<60), n(0))},
		{"long key", "announces 4611686018427387904 bytes", file(i(3), n(0), n(1), n(1<<62))},
		{"long array", "announces 16777216 values of 8 bytes", file(i(3), n(0), n(1), "k", i(9), i(10), n(1<<24))},
		{"many texts", "announces 16777216 texts", file(i(3), n(0), n(1), "k", i(9), i(8), n(1<<24))},
		{"array of arrays", "unknown type 9", file(i(3), n(0), n(1), "k", i(9), i(9), n(1), i(0))},
		{"unknown type", "unknown type 77", file(i(3), n(0), n(1), "k", i(77), i(0))},
		{"cut tensor", "takes bytes 0 to 24 of 23", matrix(2, 3, 0, 23)},
		{"far offset", "takes bytes", matrix(2, 3, 1<<63, 24)},
		{"overflowing shape", "impossible shape", matrix(1<<40, 1<<40, 0, 24)},
		{"empty shape", "impossible shape", matrix(0, 3, 0, 24)},
	} {
		path := filepath.Join(t.TempDir(), "f.gguf")
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestModel: the model that set-up installs passes.
func TestModel(t *testing.T) {
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil || len(f.TensorInfos) != 272 {
		t.Errorf("%v", err)
	}
}

// FuzzOpen: no file makes the process fail, or take much more memory than the file's size.
func FuzzOpen(f *testing.F) {
	f.Add(matrix(2, 3, 0, 24))
	f.Add(file(i(3), n(0), n(1), "k", i(9), i(8), n(2), "a", "b"))
	f.Add(file(i(3), n(0), n(1), "k", i(9), i(6), n(2), float32(1), float32(2)))
	path := filepath.Join(f.TempDir(), "f.gguf")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Open(path)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64*uint64(len(content))+1<<20 {
			t.Errorf("a file of %d bytes took %d bytes of memory", len(content), took)
		}
	})
}
