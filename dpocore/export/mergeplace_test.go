package export_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestClearMerge: leftovers of a dead process are removed; a running merge's folder and unrelated folders are not.
func TestClearMerge(t *testing.T) {
	parent := t.TempDir()
	out := filepath.Join(parent, "merged")
	folders := map[string]bool{ // whether it is removed
		".merged.123.unfinished": true, ".merged.123.before": true, ".merged.4.unfinished": false, // the last one is locked by a process
		".merged.unfinished": false, ".merged.a1.unfinished": false, ".merged.1": false, ".merged.1.2.unfinished": false,
		".other.1.unfinished": false, "merged.1.unfinished": false, ".merged..unfinished": false,
	}
	for name := range folders {
		if err := os.MkdirAll(filepath.Join(parent, name, "inside"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	living, err := os.Open(filepath.Join(parent, ".merged.4.unfinished"))
	if err != nil {
		t.Fatal(err)
	}
	defer living.Close()
	if err := syscall.Flock(int(living.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if err := export.ClearMerge(out); err != nil {
		t.Fatal(err)
	}
	for name, goes := range folders {
		if _, err := os.Stat(filepath.Join(parent, name)); errors.Is(err, os.ErrNotExist) != goes {
			t.Errorf("%s: %v, want it removed: %v", name, err, goes)
		}
	}
	if err := export.ClearMerge(filepath.Join(parent, "none", "merged")); err != nil {
		t.Errorf("a missing parent folder: %v", err)
	}
}

// TestMergeWithoutExchange: on a file system that can't swap two folders, the earlier model is moved aside first; if the
// process dies right then, the model is moved back.
func TestMergeWithoutExchange(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	parent := t.TempDir()
	out := filepath.Join(parent, "merged")
	const name = "model.layers.0.self_attn.q_proj.weight"
	if err := b.merge(out, "float32", layout, make([]float32, layout.Size)); err != nil {
		t.Fatal(err)
	}
	before := readTensor(t, out, name)[0]
	defer func() { disk.Before = nil }()
	dead, gone := errors.New("dead"), false
	disk.Before = func(c disk.Change) error {
		switch {
		case c.Op == "exchange":
			return errors.ErrUnsupported
		case c.Op == "rename" && c.Path == out, gone:
			gone = true
			return dead
		}
		return nil
	}
	if err := b.merge(out, "float32", layout, values); !errors.Is(err, dead) {
		t.Fatal(err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Fatal("the earlier model was not moved aside")
	}
	disk.Before = func(c disk.Change) error {
		if c.Op == "exchange" {
			return errors.ErrUnsupported
		}
		return nil
	}
	if err := export.ClearMerge(out); err != nil {
		t.Fatal(err)
	}
	if now := readTensor(t, out, name)[0]; now != before {
		t.Errorf("the model that was moved back contains %g, want %g", now, before)
	}
	if err := b.merge(out, "float32", layout, values); err != nil {
		t.Fatal(err)
	}
	if now := readTensor(t, out, name)[0]; now == before {
		t.Error("the new model did not replace the earlier one")
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
		t.Errorf("beside the merged folder there are %v, %v", entries, err)
	}
}

// TestMergeEndsWithItsContext cancels while files are written, read back, and checked by the caller.
func TestMergeEndsWithItsContext(t *testing.T) {
	b := load(t)
	layout, values := tinymodel.Adapter(t)
	made := adapter.Merged{Weights: "w", Adapter: "a", DType: "float32"}
	for _, op := range []string{"make", "write", "sync", "check"} {
		parent := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		disk.Before = func(c disk.Change) error {
			if c.Op == op {
				cancel()
			}
			return nil
		}
		err := export.Write(ctx, export.MergedFolder, filepath.Join(parent, "merged"), made, b.model(layout, values), func(string) error {
			if op == "check" {
				cancel()
			}
			return ctx.Err()
		})
		disk.Before = nil
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", op, err)
		}
		if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
			t.Errorf("%s: leftovers %v, %v", op, entries, err)
		}
	}
}
