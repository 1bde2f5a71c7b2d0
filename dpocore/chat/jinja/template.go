// Package jinja renders chat templates to the text that Jinja2 renders in the sandbox of transformers: values are Python's,
// whitespace is trimmed around blocks, and templates can't include others.
//
// Start with [Parse], then [Template.Render]. The language is parsed by package syntax, filters and tests are in package builtin,
// and values in package python.
package jinja

import (
	"fmt"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/jinja/builtin"
	"example.com/gonb-dpo/dpocore/chat/jinja/syntax"
	"example.com/gonb-dpo/dpocore/chat/python"
)

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	body  []syntax.Statement
	reads map[string]bool
}

// Error is a failure of a template.
type Error struct {
	Line   int
	Tag    string // the tag that failed, if known
	Reason error
}

func (e *Error) Error() string {
	if e.Tag == "" {
		return fmt.Sprintf("line %d: %v", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %v", e.Line, e.Tag, e.Reason)
}

func (e *Error) Unwrap() error { return e.Reason }

// Parse parses a template.
func Parse(source string) (*Template, error) {
	body, reads, err := syntax.Parse(source, builtin.Names{})
	if err != nil {
		return nil, err
	}
	return &Template{body, reads}, nil
}

// Reads reports whether a variable is read anywhere in the template.
func (t *Template) Reads(variable string) bool { return t.reads[variable] }

// Limits of one rendering, because templates are untrusted. They count work, not time, so that a template fails on every machine
// or on none.
type Limits struct {
	Steps  int // operations
	Bytes  int // of all texts and lists that are made on the way
	Output int // bytes
}

// Usual are the limits of a conversation.
var Usual = Limits{Steps: 20_000_000, Bytes: 512 << 20, Output: 64 << 20}

// Render renders the template with variables.
func (t *Template) Render(variables map[string]python.Value, limits Limits) (text string, err error) {
	r := &renderer{Machine: &python.Machine{MaxSteps: limits.Steps, MaxBytes: limits.Bytes}, maxOutput: limits.Output}
	r.out = &r.result
	defer func() {
		failure := recover()
		if failure == nil {
			return
		}
		reason, ok := failure.(error)
		if _, foreign := failure.(interface{ RuntimeError() }); !ok || foreign {
			panic(failure)
		}
		text, err = "", r.locate(reason)
	}()
	s := &scope{}
	for name, v := range variables {
		s.set(name, v)
	}
	r.run(t.body, s)
	return r.result.String(), nil
}

// renderer is one rendering.
type renderer struct {
	*python.Machine
	out       *strings.Builder // result, or the text of a block that is captured
	result    strings.Builder
	maxOutput int
	at        *syntax.Statement // the statement being executed
}

// locate adds the place to an error.
func (r *renderer) locate(err error) error {
	if r.at == nil {
		return err
	}
	return &Error{r.at.Line, r.at.Text, err}
}

func (r *renderer) write(text string) {
	if r.out != &r.result {
		r.Allocate(len(text))
	} else if r.out.Len()+len(text) > r.maxOutput {
		python.Fail("it writes more than %d bytes", r.maxOutput)
	}
	r.out.WriteString(text)
}

// capture returns what a function writes.
func (r *renderer) capture(f func()) string {
	outer, text := r.out, strings.Builder{}
	r.out = &text
	f()
	r.out = outer
	return text.String()
}
