package model_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/tinymodel"
)

// rendered returns what the chat template writes for a question.
func rendered(t *testing.T, m *model.Model) string {
	t.Helper()
	text, err := m.Chat.Render(preference.User("Hi"), true)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Date is as short as the template allows, and the template writes nothing else than what it says.
func TestSetDate(t *testing.T) {
	daily, each, none := openModel(t, tinymodel.WriteTemplate(t, tinymodel.Daily)), openModel(t, tinymodel.WriteTemplate(t, tinymodel.EachTime)), openModel(t, tinymodel.WriteChat(t, 1))
	for _, c := range []struct {
		m                   *model.Model
		text, date, written string
	}{
		{daily, "2020-01-31", "2020-01-31", "31 Jan 2020"},
		{daily, "2020-01-31T12:30:15", "2020-01-31", "31 Jan 2020"},
		{each, "2020-01-31T12:30:15", "2020-01-31T12:30:15", "31 Jan 2020 12:30:15"},
		{each, "2020-01-31", "2020-01-31T00:00:00", "31 Jan 2020 00:00:00"},
		{none, "2020-01-31", "", "<|im_start|>system"},
	} {
		if err := c.m.SetDate(c.text); err != nil || c.m.Prompts.Date != c.date {
			t.Errorf("%s: the date is %q, %v, want %q", c.text, c.m.Prompts.Date, err, c.date)
		}
		if got := rendered(t, c.m); !strings.HasPrefix(got, c.written) {
			t.Errorf("%s: the template writes %q", c.text, got)
		}
	}
	before := time.Now().Truncate(time.Second)
	if err := each.SetDate(""); err != nil {
		t.Fatal(err)
	}
	now, err := time.ParseInLocation(config.TimeOfDay, each.Prompts.Date, time.Local)
	if err != nil || now.Before(before) || now.After(time.Now()) {
		t.Errorf("the present is %s, %v", each.Prompts.Date, err)
	}
	if first := rendered(t, each); !strings.HasPrefix(first, now.Format("02 Jan 2006 15:04:05")) {
		t.Errorf("the date is %s, the template writes %q", each.Prompts.Date, first)
	}
	if err := each.SetDate("tomorrow"); err == nil {
		t.Error("a word was accepted")
	}
}

// A model that is opened for an adapter writes the date of the adapter's run. An adapter of another date is named.
func TestDateOfAdapter(t *testing.T) {
	path := tinymodel.WriteTemplate(t, tinymodel.Daily)
	facts := factsOf(t, openModel(t, path))
	dir := writeAdapter(t, path, facts)
	if err := (run.Record{Model: facts, Config: config.Config{Date: "2020-01-31"}}).Write(dir); err != nil {
		t.Fatal(err)
	}
	m, err := model.FetchBase(context.Background(), "", []string{dir}, config.Prompts{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var notes []string
	m.Note = func(text string) { notes = append(notes, text) }
	if err := m.CheckAdapter(dir); err != nil || m.Prompts.Date != "2020-01-31" || len(notes) > 0 {
		t.Errorf("the date is %s, %v, notes %q", m.Prompts.Date, err, notes)
	}
	other := writeAdapter(t, path, facts)
	if err := (run.Record{Model: facts, Config: config.Config{Date: "2021-12-24"}}).Write(other); err != nil {
		t.Fatal(err)
	}
	if err := m.CheckAdapter(other); err != nil || len(notes) != 1 ||
		notes[0] != "The chat template wrote the date 2021-12-24 when the adapter "+other+" was trained; here it writes 2020-01-31." {
		t.Errorf("another date: %v, notes %q", err, notes)
	}
	if err := m.Follow(); err != nil || m.Prompts.Date == "2020-01-31" {
		t.Errorf("without an adapter the date is %s, %v", m.Prompts.Date, err)
	}
}
