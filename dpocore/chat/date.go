package chat

import (
	"slices"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/preference"
)

// clock is the moment that a template takes for the present, the same in all renderings.
type clock struct {
	at    time.Time
	given bool // chosen by the user, and not the time at which the model was opened
}

// variable returns the value of date_string, with which Llama 3.1's template can be given a date. As in transformers it is
// not defined, and the template writes its default, unless a date is given. A template that asks for the present itself does
// not get it, since it may write it in another form.
func (c clock) variable(source string) (value string, defined bool) {
	if !c.given || strings.Contains(source, "strftime_now") {
		return "", false
	}
	return c.at.Format("02 Jan 2006"), true
}

// At returns an encoder whose template takes date for the present. given says that the user chose it.
func (e *Encoder) At(date time.Time, given bool) *Encoder {
	dated, template := *e, *e.template
	template.clock = clock{date, given}
	dated.template = &template
	return &dated
}

// WritesDate reports whether the template writes the day into conversations, and whether it writes the time of day too. It
// compares what the template writes at different times.
func (e *Encoder) WritesDate() (day, timeOfDay bool) {
	if source := e.template.source; !strings.Contains(source, "strftime_now") && !strings.Contains(source, "date_string") {
		return false, false
	}
	noon := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	before := e.samples(noon)
	differs := func(at time.Time) bool { return !slices.Equal(e.samples(at), before) }
	timeOfDay = differs(noon.Add(time.Second)) || differs(noon.Add(-2*time.Hour))
	return timeOfDay || differs(noon.AddDate(0, 0, 1)) || differs(noon.AddDate(1, 1, 0)), timeOfDay
}

// samples are the template's renderings of conversations of several forms at a time; "" for one that it rejects.
func (e *Encoder) samples(at time.Time) (texts []string) {
	dated := e.At(at, e.template.clock.given)
	question := preference.User("Hi")
	system := append([]preference.Turn{{Role: "system", Content: "Be kind."}}, question...)
	for _, turns := range [][]preference.Turn{question, system, answered(question, "Hello"), answered(system, "Hello")} {
		for _, addGenerationPrompt := range []bool{true, false} {
			text, err := dated.Render(turns, addGenerationPrompt)
			if err != nil {
				text = ""
			}
			texts = append(texts, text)
		}
	}
	return texts
}
