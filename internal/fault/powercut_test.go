package fault

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// wreck is what a power cut has left of a folder.
type wreck struct {
	fault, what string
	left        map[string][]byte
}

// wrecks does some work in a folder and lists what each kind of power cut would leave at each of its changes to the disk,
// and after the last one. What two cuts leave alike is listed once.
func wrecks(t *testing.T, f *forgetful, work func() error) (list []wreck) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	seen := map[[sha256.Size]byte]bool{}
	add := func(what string) {
		for _, c := range cuts {
			left := f.left(c, random)
			sum := sha256.New()
			for _, path := range slices.Sorted(maps.Keys(left)) {
				fmt.Fprintf(sum, "%s %d ", path, len(left[path]))
				sum.Write(left[path])
			}
			if key := [sha256.Size]byte(sum.Sum(nil)); !seen[key] {
				seen[key] = true
				list = append(list, wreck{c.fault, fmt.Sprintf("%s: %s", c.fault, what), left})
			}
		}
	}
	number := 0
	disk.Before = func(c disk.Change) error {
		f.announced(c)
		add(fmt.Sprintf("%d, %s %s", number, c.Op, c.Path))
		number++
		return nil
	}
	err := work()
	disk.Before = nil
	if err != nil {
		t.Fatal(err)
	}
	f.catchUp()
	add("at the end")
	return list
}

// left is what a power cut would leave now.
func (f *forgetful) left(c cut, random *rand.Rand) map[string][]byte {
	left := map[string][]byte{}
	f.root.leave("", c, random, left)
	return left
}

// restore writes what is left to a new folder.
func restore(t *testing.T, left map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "left")
	for _, path := range slices.Sorted(maps.Keys(left)) {
		var err error
		if full := filepath.Join(dir, path); strings.HasSuffix(path, "/") {
			err = os.MkdirAll(full, 0o700)
		} else {
			err = os.WriteFile(full, left[path], 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// keeping is a listener that looks whether a checkpoint lasts that a run says it has saved.
type keeping struct {
	listener
	t *testing.T
	f *forgetful
}

func (k *keeping) Saved(step int, _ string) {
	k.f.catchUp()
	checkpoint := filepath.Join(restore(k.t, k.f.left(cuts[0], nil)), "run", fmt.Sprintf("checkpoint-%d", step))
	if !sums.Has(checkpoint) || sums.Check(checkpoint) != nil {
		k.t.Errorf("the checkpoint of step %d does not outlast a power cut", step)
	}
}

// TestPowerCut cuts the power at each change that a run makes to the disk, and resumes with what is left. The cache of
// reference log-probabilities is on the same disk.
func TestPowerCut(t *testing.T) {
	l := newLaboratory(t)
	root := t.TempDir()
	cachetest.Use(t, filepath.Join(root, "cache"))
	f := newForgetful(t, root)
	list := wrecks(t, f, func() error {
		config, data := shortRun()
		return train.Run(context.Background(), train.Job{Model: l.model, Dir: filepath.Join(root, "run"), Config: config, Data: data, Listener: &keeping{t: t, f: f}})
	})
	end := filepath.Join(restore(t, f.left(cuts[0], nil)), "run")
	if record, ok, err := run.ReadRecord(end); err != nil || !ok || !record.Finished || differs(outcome(t, end), l.want) != "" {
		t.Errorf("a finished run does not outlast a power cut: %v", err)
	}
	some(len(list), 40, func(i int) {
		dir := restore(t, list[i].left)
		defer os.RemoveAll(dir)
		cachetest.Use(t, filepath.Join(dir, "cache"))
		count(list[i].fault, l.resume(t, filepath.Join(dir, "run"), list[i].what))
	})
}

// TestPowerCutMerge cuts the power at each change that a merge makes to the disk, and merges again.
func TestPowerCutMerge(t *testing.T) {
	m := newMergeLaboratory(t)
	parent := m.place(t)
	f := newForgetful(t, parent)
	list := wrecks(t, f, func() error { return m.merge(context.Background(), parent) })
	end := filepath.Join(restore(t, f.left(cuts[0], nil)), "merged")
	if made := adapter.ReadMerged(end); made.DType != "float32" || !sums.Has(end) || sums.Check(end) != nil {
		t.Errorf("a merged model does not outlast a power cut: %+v", made)
	}
	some(len(list), 20, func(i int) {
		dir := restore(t, list[i].left)
		defer os.RemoveAll(dir)
		count("merge: "+list[i].fault, "the next merge "+m.again(t, dir, list[i].what))
	})
}
