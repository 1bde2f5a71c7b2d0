package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/sums"
)

// mergeLaboratory is a finished run, and a folder to merge it into that contains an earlier merge.
type mergeLaboratory struct {
	*laboratory
	run     string
	before  string        // a folder with the earlier merge
	changes []disk.Change // of a merge that nothing disturbs
	want    map[string]string
}

func newMergeLaboratory(t *testing.T) *mergeLaboratory {
	t.Helper()
	l := newLaboratory(t)
	m := &mergeLaboratory{laboratory: l, run: l.run(), before: t.TempDir()}
	if err := l.train(context.Background(), m.run, &listener{}); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Merge(context.Background(), l.model, m.run, filepath.Join(m.before, "merged"), "bfloat16"); err != nil {
		t.Fatal(err)
	}
	parent := m.place(t)
	disk.Before = func(c disk.Change) error {
		m.changes = append(m.changes, c)
		return nil
	}
	err := m.merge(context.Background(), parent)
	disk.Before = nil
	if err != nil {
		t.Fatal(err)
	}
	m.want = all(t, parent)
	return m
}

// place is a new folder with the earlier merge.
func (m *mergeLaboratory) place(t *testing.T) string {
	t.Helper()
	parent := filepath.Join(t.TempDir(), "place")
	if err := os.CopyFS(parent, os.DirFS(m.before)); err != nil {
		t.Fatal(err)
	}
	return parent
}

func (m *mergeLaboratory) merge(ctx context.Context, parent string) error {
	_, err := export.Merge(ctx, m.model, m.run, filepath.Join(parent, "merged"), "float32")
	return err
}

// all is the content of each file in a folder, by its name.
func all(t *testing.T, dir string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, name := range files(t, dir) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		contents[name] = string(content)
	}
	return contents
}

// again checks that the folder contains a complete model, merges once more and returns the outcome.
func (m *mergeLaboratory) again(t *testing.T, parent, what string) string {
	t.Helper()
	m.whole(t, parent, what)
	if err := m.merge(context.Background(), parent); err != nil {
		t.Errorf("%s, then: %v", what, err)
		return wrong
	}
	if name := differs(all(t, parent), m.want); name != "" {
		t.Errorf("%s: %s is not that of the undisturbed merge", what, name)
		return wrong
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("%s: %v are left beside the merge, %v", what, entries, err)
		return wrong
	}
	return "made the same bytes"
}

// whole checks that the folder contains the earlier merge or the new one, complete.
func (m *mergeLaboratory) whole(t *testing.T, parent, what string) {
	t.Helper()
	out := filepath.Join(parent, "merged")
	if made := adapter.ReadMerged(out).DType; made != "bfloat16" && made != "float32" || !sums.Has(out) || sums.Check(out) != nil {
		t.Errorf("%s: there is no complete model in the folder", what)
	}
}

// TestFailedMerge makes each change to the disk fail that a merge makes, and merges again.
func TestFailedMerge(t *testing.T) {
	m := newMergeLaboratory(t)
	for _, c := range failures {
		fault := "merge: " + c.fault
		some(len(m.changes), 4, func(i int) {
			parent := m.place(t)
			disk.Before = c.at(i)
			err := m.merge(context.Background(), parent)
			disk.Before = nil
			what := fmt.Sprintf("%s: %d, %s %s", fault, i, m.changes[i].Op, m.changes[i].Path)
			if err == nil {
				t.Errorf("%s: the merge says nothing", what)
			} else {
				c.told(t, what, err)
			}
			count(fault, "said so and stopped; the next merge "+m.again(t, parent, what))
		})
	}
}

// TestKilledMerge kills a merge at each of its changes to the disk, and merges again.
func TestKilledMerge(t *testing.T) {
	m := newMergeLaboratory(t)
	for _, mode := range []string{"killed", "half"} {
		fault := map[string]string{"killed": "merge: killed (SIGKILL) before a change to the disk", "half": "merge: killed (SIGKILL) with half of a change made"}[mode]
		some(len(m.changes), 6, func(i int) {
			if mode == "half" && m.changes[i].Op != "write" {
				return
			}
			parent := m.place(t)
			out, err := startChild(t, mode, i, m.folder, m.run, filepath.Join(parent, "merged"))
			wantKilled(t, i, out, err)
			count(fault, "the next merge "+m.again(t, parent, fmt.Sprintf("%s: %d, %s %s", fault, i, m.changes[i].Op, m.changes[i].Path)))
		})
	}
}

// TestInterruptedMerge sends a signal that asks to end at each change that a merge makes to the disk.
func TestInterruptedMerge(t *testing.T) {
	m := newMergeLaboratory(t)
	for _, s := range signals {
		fault := "merge: " + s.fault
		some(len(m.changes), 4, func(i int) {
			parent := m.place(t)
			what := fmt.Sprintf("%s: %d, %s %s", fault, i, m.changes[i].Op, m.changes[i].Path)
			err := interrupted(i, s.Signal, func(ctx context.Context) error { return m.merge(ctx, parent) })
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
			if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
				t.Errorf("%s: %v are left, %v", what, entries, err)
			}
			count(fault, "left nothing half made; the next merge "+m.again(t, parent, what))
		})
	}
}
