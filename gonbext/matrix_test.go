package gonbext

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/gonbext/internal/open"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestMatrix: every function of a cell that takes a run, with what may be given in its place. docs/compatibility.md has the table.
func TestMatrix(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv(cell.MaxTokens, "1")
	base, other := tinymodel.WriteBytes(t, 1), tinymodel.WriteBytes(t, 2)
	t.Cleanup(open.CloseBaseModel)
	out := printing(t)
	var fault error
	before := cell.Exit
	cell.Exit = func(err error) { fault = err }
	t.Cleanup(func() { cell.Exit = before })

	p, err := load(t.Context(), pairFile(t, numbered(8)...))
	if err != nil {
		t.Fatal(err)
	}
	c := shortConfig()
	c.MaxSteps, c.SampleSteps, c.WarmupSteps, c.EvalSteps, c.SaveSteps = 2, 0, 0, 0, 1
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	t.Setenv(cell.Model, base)
	Train(at("run"), c, p)
	Merge(at("run"), at("merged"))
	if err := errors.Join(fault, os.CopyFS(at("stopped/checkpoint-1"), os.DirFS(at("run/checkpoint-1"))), os.Mkdir(at("empty"), 0o700)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"run.json", "metrics.jsonl"} {
		raw, err := os.ReadFile(at("run/checkpoint-1/" + name))
		if err == nil {
			err = os.WriteFile(at("stopped/"+name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	const (
		checkpoint  = "is a checkpoint; name its run"
		noRun       = "there is no run in"
		notFinished = "is not finished; run the cell that trains it again"
		noAdapter   = "is a merged model, not an adapter"
		otherBase   = "has other weights; use that model"
		noAnswers   = "run gonbext.Fluency on it first"
		noModel     = "the folder has no tokenizer.json; choose a model that has one"
		isAdapter   = "merge it into one with gonbext.Merge"
	)
	started := func(dir string) {
		c := c
		c.InitAdapter = dir
		defer os.RemoveAll(at("new"))
		Train(at("new"), c, p)
	}
	inRounds := func(dir string) {
		r := rounds.Default()
		r.Rounds, r.Reference, r.Train = 1, rounds.ReferenceBase, c
		r.Train.InitAdapter = dir
		defer os.RemoveAll(at("new"))
		Rounds(at("new"), r, p, rounds.Prompts{}, judge.Words(5))
	}
	inSweep := func(dir string) {
		c := c
		c.InitAdapter = dir
		defer os.RemoveAll(at("new"))
		held, err := p.set.One(0)
		if err != nil {
			t.Fatal(err)
		}
		swept := p
		swept.set.HeldOut = held
		Sweep(at("new"), c, swept, Betas(0.1))
	}
	// The wanted texts are those for a merged model, a checkpoint, a stopped run, an empty folder, none, and another base model; "" if
	// it works.
	for _, f := range []struct {
		name  string
		call  func(dir string)
		wants [6]string
	}{
		{"Evaluate", func(dir string) { Evaluate(dir, p) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Fluency", func(dir string) { Fluency(dir, p, 1) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Difference", func(dir string) { Difference(at("run"), dir, p) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Inspect", func(dir string) { Inspect(dir, p) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Explain", func(dir string) { Explain(dir, p, 0) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Compare", func(dir string) { Compare(dir, "Hi") }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Merge", func(dir string) { Merge(dir, at("new")) }, [6]string{noRun, checkpoint, notFinished, noRun, noRun, otherBase}},
		{"Diagnose", Diagnose, [6]string{noRun, checkpoint, notFinished, noRun, noRun, ""}},
		{"Plot", Plot, [6]string{noRun, checkpoint, "", noRun, noRun, ""}},
		{"Objectives", Objectives, [6]string{"no run matches", "no objectives", "no objectives", "no run matches", "no run matches", "no objectives"}},
		{"WinRate", func(dir string) { WinRate(dir, nil) }, [6]string{noAnswers, noAnswers, noAnswers, noAnswers, noAnswers, noAnswers}},
		{"Answer", func(dir string) { Answer(dir, "Hi") }, [6]string{"", isAdapter, noModel, noModel, "there is no folder", isAdapter}},
		{"Train from an adapter", started, [6]string{noAdapter, "", "has no adapter yet", "is not an adapter folder", "there is no adapter folder", otherBase}},
		{"Rounds from an adapter", inRounds, [6]string{noAdapter, "", "has no adapter yet", "is not an adapter folder", "there is no adapter folder", otherBase}},
		{"Sweep from an adapter", inSweep, [6]string{noAdapter, "", "has no adapter yet", "is not an adapter folder", "there is no adapter folder", otherBase}},
	} {
		for i, given := range []string{"merged", "run/checkpoint-1", "stopped", "empty", "none", "run"} {
			t.Setenv(cell.Model, base)
			if i == 5 {
				t.Setenv(cell.Model, other)
			}
			open.CloseBaseModel()
			fault = nil
			f.call(at(given))
			if want := f.wants[i]; (fault == nil) != (want == "") || fault != nil && !strings.Contains(fault.Error(), want) {
				t.Errorf("%s of %s (%d): %v, want %q", f.name, given, i, fault, want)
			}
		}
	}
}
