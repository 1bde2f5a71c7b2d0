package model_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/tinymodel"
)

// What is measured with adapters is computed in the precision of the first one's run; a run in another precision is named.
// Adapters of other programs have no recorded precision.
func TestLoadForUse(t *testing.T) {
	path := tinymodel.WriteChat(t, 1)
	facts := factsOf(t, openModel(t, path))
	trained := func(precision string) string {
		dir := writeAdapter(t, path, facts)
		if precision == "" {
			return dir
		}
		if err := (run.Record{Model: facts, Config: config.Config{Precision: precision}}).Write(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	bfloat16, float32, other := trained("bfloat16"), trained("float32"), trained("")
	for _, c := range []struct {
		adapters []string
		want     string
		noted    []string // parts of notes besides that of bfloat16
	}{
		{nil, "float32", nil},
		{[]string{bfloat16}, "bfloat16", nil},
		{[]string{float32, ""}, "float32", nil},
		{[]string{"", bfloat16}, "bfloat16", nil},
		{[]string{other}, "float32", nil},
		{[]string{bfloat16, float32}, "bfloat16", []string{"The adapter " + float32 + " was trained in float32; here it is computed in bfloat16, as " + bfloat16 + " was trained."}},
	} {
		m, err := model.FetchBase(context.Background(), path, c.adapters, config.Prompts{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var notes []string
		m.Note = func(text string) { notes = append(notes, text) }
		if err := m.LoadForUse(); err != nil {
			t.Fatal(err)
		}
		notes = slices.DeleteFunc(notes, func(text string) bool { return strings.Contains(text, "Products are computed in bfloat16") })
		if m.Precision() != c.want || !slices.Equal(notes, c.noted) {
			t.Errorf("%q: %s, notes %q", c.adapters, m.Precision(), notes)
		}
		m.Close()
	}
}
