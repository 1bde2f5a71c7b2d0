package model_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/tinymodel"
)

// writeAdapter writes an adapter that names its model, and a run's record unless facts are zero.
func writeAdapter(t *testing.T, base string, facts run.ModelFacts) (dir string) {
	t.Helper()
	dir = t.TempDir()
	layout, values := tinymodel.Adapter(t)
	if err := adapter.Write(dir, layout, values, adapter.Options{BaseModel: base}); err != nil {
		t.Fatal(err)
	}
	if facts != (run.ModelFacts{}) {
		if err := (run.Record{Model: facts}).Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func openModel(t *testing.T, path string) *model.Model {
	t.Helper()
	m, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// checkMessage checks that an error contains a message, or that there is none if the message is "".
func checkMessage(t *testing.T, err error, message string) {
	t.Helper()
	if message != "" {
		errtest.Contains(t, err, message)
	} else if err != nil {
		t.Error(err)
	}
}

func factsOf(t *testing.T, m *model.Model) run.ModelFacts {
	t.Helper()
	hash, err := m.WeightsHash()
	if err != nil {
		t.Fatal(err)
	}
	return run.ModelFacts{Path: m.Path, Weights: hash, Tokenizer: m.Tokenizer.Hash()}
}

// TestCheckAdapter: a run's adapter is compared by hashes, another program's by the model's weights if its path exists, and
// else by its name.
func TestCheckAdapter(t *testing.T) {
	own, other := openModel(t, tinymodel.WriteChat(t, 1)), openModel(t, tinymodel.WriteChat(t, 2))
	facts := factsOf(t, own)
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(own.Path)); err != nil {
		t.Fatal(err)
	}
	relabelled := facts
	relabelled.Tokenizer = "another"
	const weights, unknown = "has other weights; use that model", "the same weights is unknown"
	for _, c := range []struct {
		what, name, hub string // of adapter_config.json, and the model's name on the hub
		facts           run.ModelFacts
		m               *model.Model
		refused, noted  string
	}{
		{"a run's model", "x/y", "", facts, own, "", ""},
		{"a run's model, copied", "x/y", "", facts, openModel(t, copied), "", ""},
		{"another model", own.Path, "", facts, other, weights, ""},
		{"another tokenizer", own.Path, "", relabelled, own, "another tokenizer or chat template", ""},
		{"the path of another program", own.Path, "", run.ModelFacts{}, own, "", ""},
		{"the path of another model", own.Path, "", run.ModelFacts{}, other, weights, ""},
		{"a path elsewhere", "/content/model", "", run.ModelFacts{}, own, "", unknown},
		{"no name", "", "", run.ModelFacts{}, own, "", "does not say which model"},
		{"the name of the folder", "owner/" + filepath.Base(copied), "", run.ModelFacts{}, openModel(t, copied), "", ""},
		{"a name, for a folder", "owner/name", "", run.ModelFacts{}, own, "", unknown},
		{"the name", "owner/name", "owner/name", run.ModelFacts{}, own, "", ""},
		{"another name", "owner/name-instruct", "owner/name", run.ModelFacts{}, own, "owner/name is another model", ""},
		{"a quantized copy", "unsloth/Name-unsloth-bnb-4bit", "owner/Name", run.ModelFacts{}, own, "", unknown},
		{"another owner", "unsloth/name", "owner/name", run.ModelFacts{}, own, "", unknown},
		{"another revision", "owner/name@v1", "owner/name@v2", run.ModelFacts{}, own, "is another revision", ""},
		{"perhaps another revision", "owner/name@v1", "owner/name", run.ModelFacts{}, own, "", "may be another revision"},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := writeAdapter(t, c.name, c.facts)
			m := &model.Model{Path: c.m.Path, HubID: c.hub, Tokenizer: c.m.Tokenizer}
			notes := ""
			m.Note = func(text string) { notes += text }
			checkMessage(t, m.CheckAdapter(dir), c.refused)
			if (c.noted == "") != (notes == "") || !strings.Contains(notes, c.noted) {
				t.Errorf("noted %q, want %q", notes, c.noted)
			}
			if c.refused == "" {
				return
			}
			m.AnyBase = true
			if err := m.CheckAdapter(dir); err != nil || !m.OnOtherBase(dir) || !strings.Contains(notes, "was trained on") {
				t.Errorf("--any-base: %v, noted %q", err, notes)
			}
		})
	}
}

// TestFetchBase: without a name, the model is the one that the adapter was trained on.
func TestFetchBase(t *testing.T) {
	t.Setenv("GONB_DPO_CHECKOUT", t.TempDir()) // without an installed model
	trained, given := openModel(t, tinymodel.WriteChat(t, 1)), tinymodel.WriteChat(t, 2)
	facts, gone := factsOf(t, trained), factsOf(t, trained)
	gone.Path = filepath.Join(t.TempDir(), "gone")
	for _, c := range []struct{ what, name, adapter, path, message string }{
		{"a run's model", "", writeAdapter(t, "x/y", facts), trained.Path, ""},
		{"another program's", "", writeAdapter(t, trained.Path, run.ModelFacts{}), trained.Path, ""},
		{"a given model", given, writeAdapter(t, "x/y", facts), given, ""},
		{"a model that is gone", "", writeAdapter(t, "x/y", gone), "", "was trained on " + gone.Path + ", which is not there; name the model with --model"},
		{"no adapter there", "", filepath.Join(t.TempDir(), "none"), "", "there is no adapter folder"},
	} {
		m, err := model.FetchBase(context.Background(), c.name, []string{c.adapter}, config.Prompts{}, nil)
		checkMessage(t, err, c.message)
		if err == nil {
			if m.Path != c.path {
				t.Errorf("%s: opened %s, want %s", c.what, m.Path, c.path)
			}
			m.Close()
		}
	}
}

// TestMergedTwice: a model that was made by merging an adapter is not used with that adapter.
func TestMergedTwice(t *testing.T) {
	m := openModel(t, tinymodel.WriteChat(t, 1))
	dir := writeAdapter(t, "x/y", factsOf(t, openModel(t, tinymodel.WriteChat(t, 2)))) // a merge changes the weights
	hash, err := adapter.Hash(dir)
	if err != nil {
		t.Fatal(err)
	}
	record := `{"weights_sha256": "w", "adapter_sha256": "` + hash + `", "dtype": "float32"}`
	if err := os.WriteFile(filepath.Join(m.Path, adapter.MergeFile), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	m.AnyBase = true
	errtest.Contains(t, m.CheckAdapter(dir), "already contains the adapter")
}
