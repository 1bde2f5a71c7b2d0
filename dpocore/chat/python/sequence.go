package python

import (
	"strings"
)

// concatenate is a + b for texts, lists and tuples; ok is false for anything else.
func (m *Machine) concatenate(a, b Value) (sum Value, ok bool) {
	s, isText := Text(a)
	t, bothText := Text(b)
	if isText && bothText {
		_, left := a.(Markup)
		_, right := b.(Markup)
		if left || right {
			return Markup(m.New(Escaped(a, s) + Escaped(b, t))), true
		}
		return m.New(s + t), true
	}
	switch x := a.(type) {
	case *List:
		if y, ok := b.(*List); ok {
			return &List{m.joined(x.Items, y.Items)}, true
		}
	case Tuple:
		if y, ok := b.(Tuple); ok {
			return Tuple(m.joined(x, y)), true
		}
	}
	return nil, false
}

func (m *Machine) joined(a, b []Value) []Value {
	m.Allocate(16 * (len(a) + len(b)))
	return append(append(make([]Value, 0, len(a)+len(b)), a...), b...)
}

// repeat returns a sequence times a number.
func (m *Machine) repeat(sequence, times Value) (Value, bool) {
	n, ok := Int(times)
	if !ok {
		return nil, false
	}
	n = max(n, 0)
	grown := func(size int) int {
		m.Repeat(n, size)
		return n
	}
	repeated := func(items []Value) []Value {
		all := make([]Value, 0, len(items)*grown(16*len(items)))
		for range n * min(1, len(items)) {
			all = append(all, items...)
		}
		return all
	}
	switch s := sequence.(type) {
	case string:
		return strings.Repeat(s, grown(len(s))), true
	case Markup:
		return Markup(strings.Repeat(string(s), grown(len(s)))), true
	case *List:
		return &List{repeated(s.Items)}, true
	case Tuple:
		return Tuple(repeated(s)), true
	}
	return nil, false
}
