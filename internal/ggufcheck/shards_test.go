package ggufcheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shard is a file with one tensor, one of count as its metadata say.
func shard(count uint16, tensors int32) []byte {
	content := file(i(3), n(1), n(2), "split.count", i(2), count, "split.tensors.count", i(5), tensors,
		"m", i(1), n(1), i(0), n(0))
	for len(content)%32 != 0 {
		content = append(content, 0)
	}
	return append(content, make([]byte, 4)...)
}

func TestShards(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("m-00001-of-00002.gguf", shard(2, 2))
	second := write("m-00002-of-00002.gguf", shard(2, 2))
	if files, err := OpenAll(second); err != nil || len(files) != 2 || filepath.Base(files[0].Path()) != "m-00001-of-00002.gguf" {
		t.Errorf("the second shard opens %v, %v; want both, the first one first", files, err)
	}
	for _, c := range []struct{ name, path, says string }{
		{"missing", write("x-00002-of-00003.gguf", shard(3, 3)), "x-00001-of-00003.gguf is missing"},
		{"renamed", write("alone.gguf", shard(2, 2)), "one of 2 files of a model (split.count), and its name says 1"},
		{"number", write("m-00003-of-00002.gguf", shard(2, 2)), "file 3 of 2"},
		{"tensors", write("y-00001-of-00001.gguf", shard(1, 9)), "1 tensors of 9"},
	} {
		if _, err := OpenAll(c.path); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want an error that says %q", c.name, err, c.says)
		}
	}
}
