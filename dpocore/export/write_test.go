package export_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/internal/sums"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestMergedFolderIsComplete: the parent folders are created, everyone can read the folder, and it has every file that a
// model needs.
func TestMergedFolderIsComplete(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	out := filepath.Join(t.TempDir(), "models", "merged")
	if err := b.merge(out, "bfloat16", layout, values); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Stat(out); err != nil || stat.Mode().Perm() != 0o755 {
		t.Errorf("the folder has mode %v, %v; want 0755", stat.Mode(), err)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{"SHA256SUMS", "chat_template.jinja", "config.json", "dpo_merge.json", "generation_config.json", "model.safetensors",
		"special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"}
	if !slices.Equal(names, want) {
		t.Errorf("the folder contains %v, want %v", names, want)
	}
}

// TestMergedFolderWithOtherFiles: a file that llama.cpp's converter put there is never removed.
func TestMergedFolderWithOtherFiles(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	out := filepath.Join(t.TempDir(), "merged")
	if err := b.merge(out, "float16", layout, values); err != nil {
		t.Fatal(err)
	}
	converted := filepath.Join(out, "model-F16.gguf")
	if err := os.WriteFile(converted, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.merge(out, "float16", layout, values); err == nil || !strings.Contains(err.Error(), "model-F16.gguf") {
		t.Errorf("error %v does not name the file", err)
	}
	if _, err := os.Stat(converted); err != nil {
		t.Error(err)
	}
}

func TestMergeThroughSymlink(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "merged")
	if err := os.Symlink(real, link); err != nil {
		t.Skip(err)
	}
	if err := b.merge(link, "float32", layout, values); err != nil {
		t.Fatal(err)
	}
	if stat, err := os.Lstat(link); err != nil || stat.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symlink was replaced: %v, %v", stat, err)
	}
	if _, err := os.Stat(filepath.Join(real, "model.safetensors")); err != nil {
		t.Error(err)
	}
}

// oneFile is the smallest format: a file with the number of values of the adapter.
type oneFile struct{}

func (oneFile) Name() string     { return "one-file" }
func (oneFile) About() string    { return "A test's format." }
func (oneFile) DTypes() []string { return []string{"float32"} }
func (oneFile) Files() []string  { return []string{"size"} }

func (oneFile) WriteFiles(_ context.Context, dir string, model export.Model, _ string) error {
	return os.WriteFile(filepath.Join(dir, "size"), []byte(strconv.Itoa(len(model.Adapter))), 0o600)
}

func (oneFile) CheckFiles(_ context.Context, dir string, model export.Model, _ string) error {
	content, err := os.ReadFile(filepath.Join(dir, "size"))
	if err == nil && string(content) != strconv.Itoa(len(model.Adapter)) {
		err = errors.New("another size")
	}
	return err
}

// TestNewFormat: a format needs nothing but the interface to be written with a record of its source and checksums, and to
// be replaced by the next export.
func TestNewFormat(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, hash := range []string{"a", "b"} {
		source := adapter.Merged{Weights: "w", Adapter: hash, DType: "float32"}
		err := export.Write(context.Background(), oneFile{}, out, source, export.Model{Adapter: make([]float32, 7)}, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if got := adapter.ReadMerged(out); got != source || !sums.Has(out) || sums.Check(out) != nil {
			t.Errorf("the folder was made from %+v, want %+v", got, source)
		}
	}
}

// TestFormats: names are unique, and every format says what it writes.
func TestFormats(t *testing.T) {
	seen := map[string]bool{}
	for _, format := range export.Formats() {
		if seen[format.Name()] || format.About() == "" || len(format.DTypes()) == 0 || len(format.Files()) == 0 {
			t.Errorf("the format %q is incomplete or not unique", format.Name())
		}
		seen[format.Name()] = true
	}
}
