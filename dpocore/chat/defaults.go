package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/jinja"
	"example.com/gonb-dpo/dpocore/preference"
)

// given are the variables that whoever renders a template sets.
var given = []string{"messages", "add_generation_prompt", "tools", "documents", "raise_exception", "strftime_now"}

// Defaults are values that a chat template has where whoever renders it gives no others.
type Defaults struct {
	Arguments map[string]json.RawMessage // of its variables: true, false, null, a number or a text, as JSON
	System    string                     // of conversations without a system turn; "" for none
}

// Template returns a chat template that begins by setting the defaults. Rendered alone it writes what apply_chat_template
// writes with the arguments and the system turn, so a model's files that have it need neither.
func (d Defaults) Template(source string) (string, error) {
	if source == "" || len(d.Arguments) == 0 && d.System == "" {
		return source, nil
	}
	parsed, err := jinja.Parse(source)
	if err != nil {
		return "", fmt.Errorf("read the chat template: %w", err)
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.Arguments)) {
		switch {
		case slices.Contains(given, name):
			return "", fmt.Errorf("the template argument %s can't be set: the program gives it a value for each conversation", name)
		case !parsed.Reads(name):
			return "", fmt.Errorf("the chat template reads no variable %s, so the template argument has no effect; leave it out, or check its spelling", name)
		}
		fmt.Fprintf(&lines, "{%% if %s is not defined %%}{%% set %[1]s = %s %%}{%% endif %%}\n", name, literal(d.Arguments[name]))
	}
	if d.System != "" {
		text, err := json.Marshal(d.System)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "{%% if not messages or messages[0]['role'] != 'system' %%}{%% set messages = [{'role': 'system', 'content': %s}] + messages %%}{%% endif %%}\n", text)
	}
	if strings.HasPrefix(source, lines.String()) {
		return source, nil // it was made with the same defaults
	}
	return lines.String() + source, nil
}

// literal writes a JSON value in Jinja.
func literal(raw json.RawMessage) string {
	if string(raw) == "null" {
		return "none"
	}
	return string(raw)
}

// CheckSystem returns an error if the template does not write the system turn that is its default, or if the turn spells a control
// token, which would be one.
func (e *Encoder) CheckSystem(text string) error {
	for _, token := range e.control.texts {
		if strings.Contains(text, token) {
			return fmt.Errorf("the system prompt spells the control token %s; reword it", token)
		}
	}
	written, err := e.Render(preference.User("Hi"), true)
	switch {
	case err != nil:
		return fmt.Errorf("write the system prompt: %w", err)
	case !strings.Contains(withoutSpace(written), withoutSpace(text)):
		return errors.New("the model's chat template leaves out system turns, so the system prompt has no effect; write it into the prompts instead")
	}
	return nil
}
