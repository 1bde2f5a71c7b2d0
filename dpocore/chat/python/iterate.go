package python

// Iterable reports whether a value can be iterated over.
func Iterable(v Value) bool {
	switch v.(type) {
	case string, Markup, *List, Tuple, *Dict, *View, *Range, *Iterator, Group, Undefined:
		return true
	}
	return false
}

// Items returns all that iterating over v yields.
func (m *Machine) Items(v Value) []Value {
	items := m.items(Unnamed(v))
	m.Step(len(items))
	return items
}

// Iterate returns a function that returns the next item of v, if any.
func (m *Machine) Iterate(v Value) func() (Value, bool) {
	switch v := v.(type) {
	case *Iterator:
		return v.Next
	case *Range:
		return m.numbers(v)
	}
	items := m.items(Unnamed(v))
	return func() (Value, bool) {
		m.Step(1)
		if len(items) == 0 {
			return nil, false
		}
		first := items[0]
		items = items[1:]
		return first, true
	}
}

func (m *Machine) numbers(r *Range) func() (Value, bool) {
	i, n := -1, r.Len()
	return func() (Value, bool) {
		m.Step(1)
		if i++; i >= n {
			return nil, false
		}
		return r.Start + i*r.Step, true
	}
}

func (m *Machine) items(v Value) []Value {
	switch v := v.(type) {
	case *List:
		return v.Items
	case Tuple:
		return v
	case *Dict:
		return v.Keys
	case *View:
		return v.items()
	case *Range:
		m.Allocate(16 * v.Len())
		items := make([]Value, v.Len())
		for i := range items {
			items[i] = v.Start + i*v.Step
		}
		return items
	case *Iterator:
		var items []Value
		for item, ok := v.Next(); ok; item, ok = v.Next() {
			m.Allocate(16)
			items = append(items, item)
		}
		return items
	case Undefined:
		return nil
	}
	text, ok := Text(v)
	if !ok {
		Fail("'%s' object is not iterable", TypeName(v))
	}
	return m.Characters(text)
}

// Characters returns the characters of a text.
func (m *Machine) Characters(text string) []Value {
	m.Allocate(16 * len(text))
	items := make([]Value, 0, len(text))
	for _, r := range text {
		items = append(items, string(r))
	}
	return items
}
