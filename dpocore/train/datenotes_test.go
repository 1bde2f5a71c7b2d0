package train

import (
	"slices"
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
	if notes := dateNotes(c.Date, record.Config.Date); !slices.Equal(notes, []string{"The chat template writes no date, so the date 2020-01-31 has no effect."}) {
		t.Errorf("notes %q", notes)
	}
}
