// Package arguments has the arguments of chat templates, as they are written on a command line and recorded.
package arguments

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Values are the values of variables, as JSON, such as enable_thinking: false. What is read and written
// on a command line is name=value.
type Values map[string]json.RawMessage

var argument = regexp.MustCompile(`^([A-Za-z_][A-Za-z_0-9]*)=((?s).*)$`)

// Set implements pflag.Value: it adds an argument, or those of a JSON object.
func (a *Values) Set(text string) error {
	if *a == nil {
		*a = Values{}
	}
	if strings.HasPrefix(text, "{") {
		return a.setObject(text)
	}
	part := argument.FindStringSubmatch(text)
	if part == nil {
		return errors.New("write it as name=value, such as enable_thinking=false")
	}
	if earlier, given := (*a)[part[1]]; given {
		return fmt.Errorf("the argument %s was given before, as %s; give it once", part[1], earlier)
	}
	(*a)[part[1]] = value(part[2])
	return nil
}

func (a *Values) setObject(text string) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return fmt.Errorf("it is not a JSON object: %w", err)
	}
	for name, v := range object {
		if !argument.MatchString(name + "=") {
			return fmt.Errorf("%q is no name of a variable", name)
		}
		(*a)[name], _ = json.Marshal(v) // in the form that run.json has
	}
	return a.Check()
}

// value is the JSON of a value on a command line: true, false, none or a number, as in Python or JSON, and otherwise a text.
func value(text string) json.RawMessage {
	words := map[string]string{"True": "true", "False": "false", "None": "null", "none": "null"}
	if word, ok := words[text]; ok {
		text = word
	}
	if raw := json.RawMessage(text); json.Valid(raw) && !strings.ContainsAny(text[:1], "[{") {
		return bytes.TrimSpace(raw)
	}
	raw, _ := json.Marshal(text) // of a text there is always one
	return raw
}

// Check returns an error for a list or an object.
func (a Values) Check() error {
	for _, name := range a.Names() {
		if strings.ContainsAny(string(a[name][:1]), "[{") {
			return fmt.Errorf("the template argument %s is %s; it must be true, false, a number or a text", name, a[name])
		}
	}
	return nil
}

// Names returns the names in alphabetical order.
func (a Values) Names() []string { return slices.Sorted(maps.Keys(a)) }

// GetSlice implements pflag.SliceValue.
func (a Values) GetSlice() []string {
	items := []string{}
	for _, name := range a.Names() {
		items = append(items, name+"="+string(a[name]))
	}
	return items
}

// Append implements pflag.SliceValue.
func (a *Values) Append(text string) error { return a.Set(text) }

// Replace implements pflag.SliceValue.
func (a *Values) Replace(items []string) error {
	*a = nil
	for _, item := range items {
		if err := a.Set(item); err != nil {
			return err
		}
	}
	return nil
}

// Type implements pflag.Value.
func (a Values) Type() string { return "name=value" }

// String implements pflag.Value.
func (a Values) String() string { return strings.Join(a.GetSlice(), " ") }
