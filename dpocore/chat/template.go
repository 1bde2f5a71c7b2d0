package chat

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/chat/jinja"
	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// template is a parsed chat template. It can't read files.
type template struct {
	source string
	parsed *jinja.Template
	names  map[string]python.Value // bos_token, eos_token, …
	clock  clock
	limits jinja.Limits
}

// compile parses a template.
func compile(source string, names tokenizer.Names) (*template, error) {
	if !utf8.ValidString(source) {
		return nil, errors.New("it is not UTF-8; save it as UTF-8")
	}
	parsed, err := jinja.Parse(source)
	if err != nil {
		return nil, err
	}
	t := &template{source: source, parsed: parsed, names: map[string]python.Value{}, clock: clock{at: time.Now()}, limits: jinja.Usual}
	for name, token := range names.ByName() {
		t.names[name] = token
	}
	return t, nil
}

// render formats turns with the template.
func (t *template) render(turns []preference.Turn, addGenerationPrompt bool) (string, error) {
	messages := python.NewList()
	for _, turn := range turns {
		messages.Items = append(messages.Items, python.NewDict("role", turn.Role, "content", turn.Content))
	}
	variables := map[string]python.Value{
		"messages":              messages,
		"add_generation_prompt": addGenerationPrompt,
		"tools":                 nil,
		"documents":             nil,
		"raise_exception":       jinja.RaiseException,
		"strftime_now":          jinja.StrftimeNow(t.clock.at),
	}
	if date, defined := t.clock.variable(t.source); defined {
		variables["date_string"] = date
	}
	for name, token := range t.names {
		variables[name] = token
	}
	text, err := t.parsed.Render(variables, t.limits)
	var rejection *jinja.Rejection
	switch {
	case errors.As(err, &rejection):
		return "", fmt.Errorf("%w: %s", ErrRejected, rejection.Message)
	case err != nil:
		return "", fmt.Errorf("render the chat template: %w", err)
	}
	return text, nil
}
