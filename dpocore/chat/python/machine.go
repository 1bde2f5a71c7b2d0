// Package python has the values of chat templates: Python's strings, numbers, lists and dicts, with its rules for printing,
// comparing and calculating.
//
// Start with [Machine], whose methods are the operations, and [Value], which lists the types. An operation that Python refuses
// panics with an [*Error]; package jinja turns it into an error.
package python

import (
	"fmt"
	"strings"
)

// Machine carries out operations within limits, because templates are untrusted.
type Machine struct {
	MaxSteps, MaxBytes int

	steps, bytes, depth int
}

// maxDepth limits how deep macros, loops and values are nested.
const maxDepth = 400

// Error is an operation that Python refuses, or a limit that is reached.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

// Fail ends an operation with an [*Error].
func Fail(format string, args ...any) {
	panic(&Error{fmt.Sprintf(format, args...)})
}

// Step counts n units of work.
func (m *Machine) Step(n int) {
	if m.steps += n; m.steps > m.MaxSteps {
		Fail("it takes more than %d steps; it may be in an endless loop", m.MaxSteps)
	}
}

// Allocate counts n bytes of new text or items.
func (m *Machine) Allocate(n int) {
	if m.bytes += n; m.bytes > m.MaxBytes || n < 0 {
		Fail("it needs more than %d MiB of memory", m.MaxBytes>>20)
	}
	m.Step(1 + n/1024)
}

// New counts and returns a new text.
func (m *Machine) New(s string) string {
	m.Allocate(len(s))
	return s
}

// Nested runs f one level deeper.
func (m *Machine) Nested(f func()) {
	if m.depth++; m.depth > maxDepth {
		Fail("its macros, loops or values are nested more than %d deep: they recurse too deeply", maxDepth)
	}
	f()
	m.depth--
}

// Repeat counts n items of a size.
func (m *Machine) Repeat(n, size int) {
	if n > 0 && size > 0 {
		if n > m.MaxBytes/size {
			n, size = 1, m.MaxBytes+1
		}
		m.Allocate(n * size)
	}
}

// Join returns separator.join(parts).
func (m *Machine) Join(parts []string, separator string) string {
	m.Step(len(parts))
	m.Repeat(len(parts), len(separator))
	for _, part := range parts {
		m.Allocate(len(part))
	}
	return strings.Join(parts, separator)
}
