package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"example.com/gonb-dpo/dpocore/config/arguments"
)

// Prompts are the settings of how conversations are written for the model.
type Prompts struct {
	Date      string    // see [Config]
	Template  string    // a chat template or its file; "" for the model's
	Arguments Arguments // of the template
	System    string    // of conversations without a system turn; "" for none
}

// Prompts returns the settings of how conversations are written.
func (c Config) Prompts() Prompts {
	return Prompts{Date: c.Date, Template: c.ChatTemplate, Arguments: c.TemplateArgs, System: c.System}
}

// SetPrompts sets how conversations are written.
func (c *Config) SetPrompts(p Prompts) {
	c.Date, c.ChatTemplate, c.TemplateArgs, c.System = p.Date, p.Template, p.Arguments, p.System
}

// With returns p with what is given in other.
func (p Prompts) With(other Prompts) Prompts {
	p.Date, p.Template, p.System = cmp.Or(other.Date, p.Date), cmp.Or(other.Template, p.Template), cmp.Or(other.System, p.System)
	if len(other.Arguments) > 0 {
		p.Arguments = other.Arguments
	}
	return p
}

// AsModel reports whether conversations are written as the model's files say, at any date.
func (p Prompts) AsModel() bool { return p.Template == "" && len(p.Arguments) == 0 && p.System == "" }

// Undated returns p without its date.
func (p Prompts) Undated() Prompts {
	p.Date = ""
	return p
}

// Read returns p with the template's text in place of its file. A value with a tag of Jinja in it is a template itself.
func (p Prompts) Read() (Prompts, error) {
	if p.Template == "" || isTemplate(p.Template) {
		return p, nil
	}
	raw, err := os.ReadFile(p.Template)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return p, fmt.Errorf("there is no chat template %s; name a file such as chat_template.jinja", p.Template)
	case err != nil:
		return p, fmt.Errorf("read the chat template: %w", err)
	case !isTemplate(string(raw)):
		return p, fmt.Errorf("%s has no chat template: there is no {%% or {{ in it; name a file such as chat_template.jinja", p.Template)
	}
	p.Template = string(raw)
	return p, nil
}

func isTemplate(text string) bool {
	return strings.Contains(text, "{%") || strings.Contains(text, "{{")
}

// Arguments are the values of variables of a chat template.
type Arguments = arguments.Values
