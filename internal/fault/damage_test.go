package fault

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/cachetest"
	"example.com/gonb-dpo/internal/sums"
)

// damage is something that happens to a file's content.
type damage struct {
	fault string
	do    func(content []byte) []byte // nil removes the file
}

// damages are those that a file of this size is tried with.
func damages(random *rand.Rand, size int) []damage {
	cut := func(at int) damage {
		return damage{"file cut short", func(content []byte) []byte { return content[:at] }}
	}
	list := []damage{{"file removed", nil}, cut(0), cut(1), cut(size / 2), cut(size - 1), cut(random.IntN(size))}
	list = append(list, damage{"block of a file zeroed", func(content []byte) []byte {
		begin := random.IntN(size)
		clear(content[begin:min(size, begin+512)])
		return content
	}})
	for range 12 {
		list = append(list, damage{"bit of a file flipped", func(content []byte) []byte {
			content[random.IntN(size)] ^= 1 << random.IntN(8)
			return content
		}})
	}
	return list
}

// files lists the files in a folder, by their paths in it.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != ".lock" {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// each damages each file of a copy of a folder in each way, and calls look.
func each(t *testing.T, dir, where string, look func(copied, name, what string) string) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	type try struct {
		name string
		damage
	}
	var tries []try
	for _, name := range files(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == 0 {
			continue
		}
		for _, d := range damages(random, int(info.Size())) {
			tries = append(tries, try{name, d})
		}
	}
	some(len(tries), 40, func(i int) {
		name, d := tries[i].name, tries[i].damage
		copied := filepath.Join(t.TempDir(), "run")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(copied, name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d.do == nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, d.do(slices.Clone(content)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		count(where+": "+d.fault, look(copied, name, fmt.Sprintf("%s: %s: %s (try %d)", where, d.fault, name, i)))
		os.RemoveAll(copied)
	})
}

// stopAt is a listener that ends a run after a step.
type stopAt struct {
	listener
	step int
	stop func()
}

func (s *stopAt) Step(e metrics.Event) {
	if e.Step == s.step {
		s.stop()
	}
}

// TestDamagedRun damages the files of a stopped run and of a finished one, and resumes them.
func TestDamagedRun(t *testing.T) {
	l := newLaboratory(t)
	stopped, finished := l.run(), l.run()
	ctx, cancel := context.WithCancel(context.Background())
	config, data := shortRun()
	if err := train.Run(ctx, train.Job{Model: l.model, Dir: stopped, Config: config, Data: data, Listener: &stopAt{step: 3, stop: cancel}}); err == nil {
		t.Fatal("the run was not stopped")
	}
	if err := l.train(context.Background(), finished, &listener{}); err != nil {
		t.Fatal(err)
	}
	weights, err := os.ReadFile(filepath.Join(finished, "adapter_model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	each(t, stopped, "stopped run", func(dir, _, what string) string { return l.resume(t, dir, what) })
	each(t, finished, "finished run", func(dir, name, what string) string {
		if config, err := adapter.ReadConfig(dir); err == nil && filepath.Dir(name) == "." && name != "run.json" {
			l.used(t, dir, config.Rank, weights, what)
		}
		if _, err := os.Stat(filepath.Join(dir, sums.Name)); err != nil {
			if err := l.train(context.Background(), dir, &listener{}); err != nil || sums.Has(dir) {
				t.Errorf("%s: a finished run without sums is not left as it is: %v", what, err)
				return wrong
			}
			return onlySums
		}
		return l.resume(t, dir, what)
	})
}

// used checks that an adapter that can be read is the one that was written.
func (l *laboratory) used(t *testing.T, dir string, rank int, weights []byte, what string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "adapter_model.safetensors"))
	if _, refused := adapter.Hash(dir); refused != nil || err != nil {
		return
	}
	if rank != 2 || string(content) != string(weights) {
		t.Errorf("%s: the damaged adapter is accepted", what)
	}
}

// TestDamagedModel damages the files of a model folder and resumes a stopped run with it; then those of a merged
// folder, and opens it.
func TestDamagedModel(t *testing.T) {
	l := newLaboratory(t)
	stopped, merged := l.run(), l.run()
	ctx, cancel := context.WithCancel(context.Background())
	config, data := shortRun()
	if err := train.Run(ctx, train.Job{Model: l.model, Dir: stopped, Config: config, Data: data, Listener: &stopAt{step: 3, stop: cancel}}); err == nil {
		t.Fatal("the run was not stopped")
	}
	finished := l.run()
	if err := l.train(context.Background(), finished, &listener{}); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Merge(context.Background(), l.model, finished, merged, "float32"); err != nil {
		t.Fatal(err)
	}
	each(t, l.folder, "model folder", func(dir, _, what string) string {
		model, err := model.Open(dir)
		if err != nil {
			return sentence(t, what, err)
		}
		defer model.Close()
		run := filepath.Join(t.TempDir(), "run")
		if err := os.CopyFS(run, os.DirFS(stopped)); err != nil {
			t.Fatal(err)
		}
		damaged := *l
		damaged.model = model
		return damaged.resume(t, run, what)
	})
	each(t, merged, "merged model", func(dir, name, what string) string {
		model, err := model.Open(dir)
		if err != nil {
			return sentence(t, what, err)
		}
		defer model.Close()
		if !strings.HasPrefix(name, sums.Name) {
			t.Errorf("%s: the damaged folder is accepted", what)
			return wrong
		}
		return onlySums
	})
}

// TestDamagedReferences damages the cache of reference log-probabilities, and trains.
func TestDamagedReferences(t *testing.T) {
	l := newLaboratory(t)
	const references = "gonb-dpo/reference"
	cache := filepath.Join(os.Getenv("XDG_CACHE_HOME"), references)
	each(t, cache, "cache of reference log-probabilities", func(dir, _, what string) string {
		if err := os.Symlink(dir, filepath.Join(cachetest.Own(t), references)); err != nil {
			t.Fatal(err)
		}
		return l.resume(t, l.run(), what)
	})
}
