package python

import (
	"math"
	"math/big"
	"strings"
)

// Equal reports whether a == b.
func (m *Machine) Equal(a, b Value) bool {
	m.Step(1)
	a, b = Unnamed(a), Unnamed(b)
	if c, ok := compareNumbers(a, b); ok {
		return c == 0
	}
	if s, ok := Text(a); ok {
		t, ok := Text(b)
		m.Step(len(s) / 64)
		return ok && s == t
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case *List:
		b, ok := b.(*List)
		return ok && (a == b || m.equalItems(a.Items, b.Items))
	case Tuple:
		b, ok := b.(Tuple)
		return ok && m.equalItems(a, b)
	case *Dict:
		b, ok := b.(*Dict)
		return ok && (a == b || m.equalDicts(a, b))
	case *Range:
		b, ok := b.(*Range)
		return ok && m.equalItems(m.Items(a), m.Items(b))
	case Undefined:
		_, ok := b.(Undefined)
		return ok
	}
	if IsNumber(a) || IsNumber(b) {
		return false // NaN, or a number and something else
	}
	if _, ok := b.(Tuple); ok {
		return false
	}
	return a == b
}

func (m *Machine) equalItems(a, b []Value) (equal bool) {
	if len(a) != len(b) {
		return false
	}
	m.Nested(func() {
		for i := range a {
			if !m.Equal(a[i], b[i]) {
				return
			}
		}
		equal = true
	})
	return equal
}

func (m *Machine) equalDicts(a, b *Dict) (equal bool) {
	if len(a.Keys) != len(b.Keys) {
		return false
	}
	m.Nested(func() {
		for _, key := range a.Keys {
			x, _ := a.Get(key)
			y, ok := b.Get(key)
			if !ok || !m.Equal(x, y) {
				return
			}
		}
		equal = true
	})
	return equal
}

// Compare returns the order of a and b for the operator named, and ok as false if one of them is NaN.
func (m *Machine) Compare(operator string, a, b Value) (order int, ok bool) {
	m.Step(1)
	Refuse(a, b)
	a, b = Unnamed(a), Unnamed(b)
	if IsNumber(a) && IsNumber(b) {
		return compareNumbers(a, b)
	}
	if s, isText := Text(a); isText {
		if t, isText := Text(b); isText {
			m.Step(min(len(s), len(t)) / 64)
			return strings.Compare(s, t), true // UTF-8 sorts as code points do
		}
	}
	if x, isList := a.(*List); isList {
		if y, isList := b.(*List); isList {
			return m.compareItems(operator, x.Items, y.Items)
		}
	}
	if x, isTuple := a.(Tuple); isTuple {
		if y, isTuple := b.(Tuple); isTuple {
			return m.compareItems(operator, x, y)
		}
	}
	Fail("'%s' not supported between instances of '%s' and '%s'", operator, TypeName(a), TypeName(b))
	return 0, false
}

func (m *Machine) compareItems(operator string, a, b []Value) (order int, ok bool) {
	order, ok = len(a)-len(b), true
	m.Nested(func() {
		for i := range min(len(a), len(b)) {
			if !m.Equal(a[i], b[i]) {
				order, ok = m.Compare(operator, a[i], b[i])
				return
			}
		}
	})
	return order, ok
}

// Contains reports whether item is in container.
func (m *Machine) Contains(container, item Value) bool {
	if text, ok := Text(container); ok {
		part, ok := Text(item)
		if !ok {
			Refuse(item)
			Fail("'in <string>' requires string as left operand, not %s", TypeName(item))
		}
		m.Step(len(text) / 64)
		return strings.Contains(text, part)
	}
	switch container := container.(type) {
	case *Dict:
		_, ok := container.Get(item)
		return ok
	case *View:
		if container.Kind == "keys" {
			_, ok := container.Of.Get(item)
			return ok
		}
	}
	if !Iterable(container) {
		Fail("argument of type '%s' is not iterable", TypeName(container))
	}
	next := m.Iterate(container)
	for v, ok := next(); ok; v, ok = next() {
		if m.Equal(v, item) {
			return true
		}
	}
	return false
}

// SameAs reports whether a is b.
func SameAs(a, b Value) bool {
	if TypeName(a) != TypeName(b) {
		return false
	}
	switch a := a.(type) {
	case Tuple:
		b := b.(Tuple)
		return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	case float64:
		return a == b.(float64) || math.IsNaN(a)
	case *big.Int:
		return false
	case Undefined:
		return false
	}
	return a == b
}
