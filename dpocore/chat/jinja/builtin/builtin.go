// Package builtin has Jinja's filters and tests.
//
// [Filter] and [Test] find them by name.
package builtin

import (
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

type (
	value   = python.Value
	machine = python.Machine
	args    = python.Args
)

// required marks a parameter without a default.
var required = python.Required{}

// Func is a filter or a test.
type Func func(m *machine, v value, a args) value

// Filter returns a filter by its name.
func Filter(name string) (Func, bool) {
	f, ok := filters[name]
	return f, ok
}

// Test returns a test by its name.
func Test(name string) (Func, bool) {
	f, ok := tests[name]
	return f, ok
}

// Names tells the parser what exists.
type Names struct{}

// Unsupported reports whether a filter or method of Jinja2 can't be rendered.
func (Names) Unsupported(kind, name string) bool {
	switch kind {
	case "filter":
		return slices.Contains(unsupported, name)
	case "method":
		return strings.Contains(methods.Unsupported, " "+name+" ")
	}
	return false
}

// Known reports whether a filter or test exists.
func (Names) Known(kind, name string) bool {
	table := map[string]map[string]Func{"filter": filters, "test": tests}[kind]
	_, ok := table[name]
	return ok
}

// call calls a filter or test by a name that the template computes.
func call(m *machine, kind, name string, v value, a args) value {
	table := map[string]map[string]Func{"filter": filters, "test": tests}[kind]
	f, ok := table[name]
	if !ok {
		python.Fail("no %s named '%s'", kind, name)
	}
	return f(m, v, a)
}
