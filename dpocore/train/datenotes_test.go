package train

import (
	"slices"
	"strings"
	"testing"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/tinymodel"
)

// TestDateWithoutEffect: a run with a template that writes no date has none, and says so.
func TestDateWithoutEffect(t *testing.T) {
	m, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	set, _, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Date = "2020-01-31"
	record, err := Identify(Job{Model: m, Config: c, Data: dataset.Data{Train: set}})
	if err != nil || record.Config.Date != "" {
		t.Errorf("the record has the date %q, %v", record.Config.Date, err)
	}
	if notes := config.DateNotes(c.Date, record.Config.Date); !slices.Equal(notes, []string{"The chat template writes no date, so the date 2020-01-31 has no effect."}) {
		t.Errorf("notes %q", notes)
	}
}

// TestNotesNameThePart: of pairs that are from one file, notes say whether they are on those for training or those held out, and the
// columns are said once.
func TestNotesNameThePart(t *testing.T) {
	m, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	long := strings.Repeat("word ", 100)
	set := func(source string) *preference.Set {
		return &preference.Set{Source: source, Columns: preference.Columns{Prompt: "question", Chosen: "chosen", Rejected: "rejected"},
			Pairs: []preference.Pair{{Prompt: preference.User("Why?"), Chosen: long + "yes", Rejected: "no", Source: source}}}
	}
	for heldOut, want := range map[string][]string{
		"same":  {"same, training pairs: columns", "same, training pairs: truncated 1 answer", "same, held-out pairs: truncated 1 answer"},
		"other": {"same: columns", "same: truncated 1 answer", "other: columns", "other: truncated 1 answer"},
	} {
		c := config.Default()
		c.MaxLength = 64
		job := Job{Model: m, Config: c, Dir: t.TempDir(), Data: dataset.Data{Train: set("same"), HeldOut: set(heldOut)}}
		noted := map[string]bool{}
		job.Listener = noteTaker{noted: noted}
		if _, _, err := newPlan(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		var got []string
		for note := range noted {
			if strings.HasPrefix(note, "same") || strings.HasPrefix(note, "other") {
				got = append(got, note)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q, want %q", heldOut, got, want)
		}
		for _, text := range want {
			if !slices.ContainsFunc(got, func(note string) bool { return strings.HasPrefix(note, text) }) {
				t.Errorf("%s: %q lack %q", heldOut, got, text)
			}
		}
	}
}

// TestKTOWithOnePrompt: a note counts the batches without answers to other prompts, such as the last one of an epoch of 10 pairs in
// batches of 3, and those of a prompt whose 5 pairs are trained on in their order.
func TestKTOWithOnePrompt(t *testing.T) {
	m, err := model.Open(tinymodel.WriteChat(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	builtin, _, err := preference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		lossType    string
		pairs, same int // the first ones have the same prompt
		want        string
	}{
		"the rest of an epoch": {"kto", 10, 1, "In 1 of the run's 6 batches"},
		"a prompt of 5 pairs":  {"kto", 18, 5, "In 1 of the run's 6 batches"},
		"only one prompt":      {"kto", 18, 18, "In 6 of the run's 6 batches"},
		"no such batch":        {"kto", 18, 1, ""},
		"another loss":         {"sigmoid", 10, 1, ""},
	} {
		set := &preference.Set{Source: builtin.Source, Pairs: slices.Clone(builtin.Pairs[:test.pairs])}
		for i := range test.same {
			set.Pairs[i].Prompt = set.Pairs[0].Prompt
		}
		c := config.Default()
		c.LossType, c.MaxSteps, c.BatchSize, c.GradientAccumulation, c.Shuffle = test.lossType, 3, 3, 2, false
		noted := map[string]bool{}
		if _, _, err := newPlan(t.Context(), Job{Model: m, Config: c, Dir: t.TempDir(), Data: dataset.Data{Train: set}, Listener: noteTaker{noted: noted}}); err != nil {
			t.Fatal(err)
		}
		got := ""
		for note := range noted {
			if strings.Contains(note, "KTO estimates") {
				got = note
			}
		}
		if !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// noteTaker collects notes.
type noteTaker struct {
	Listener
	noted map[string]bool
}

func (l noteTaker) Note(text string) { l.noted[text] = true }
func (noteTaker) Phase(string)       {}
