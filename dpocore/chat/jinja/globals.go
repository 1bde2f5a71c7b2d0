package jinja

import (
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

// maxRange is the maximum length of a range, as in Jinja's sandbox.
const maxRange = 100_000

// globals are the functions that every template has.
var globals = map[string]python.Value{
	"range":     &python.Func{Name: "range", Call: rangeOf},
	"dict":      dictType{},
	"namespace": &python.Func{Name: "namespace", Call: newNamespace},
	"cycler":    &python.Func{Name: "cycler", Call: newCycler},
	"self":      reference{},
	"joiner":    &python.Func{Name: "joiner", Call: newJoiner},
	"lipsum": &python.Func{Name: "lipsum", Call: func(*python.Machine, python.Args) python.Value {
		python.Fail("lipsum() writes random text and is not supported in a chat template")
		return nil
	}},
}

func rangeOf(_ *python.Machine, a python.Args) python.Value {
	b := a.Take("range", python.Required{}, nil, 1)
	if len(a.Positional) == 1 {
		b = []python.Value{0, b[0], 1}
	}
	r := &python.Range{Start: python.IntArgument("range", b[0]), Stop: python.IntArgument("range", b[1]), Step: python.IntArgument("range", b[2])}
	if r.Step == 0 {
		python.Fail("range() arg 3 must not be zero")
	}
	if r.Len() > maxRange {
		python.Fail("Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d).", maxRange)
	}
	return r
}

// dictType is the global dict.
type dictType struct{}

func (dictType) TypeName() string { return "TemplateDict" }

func (dictType) Repr(*python.Machine) string {
	python.Fail("the function dict can't be written")
	return ""
}

func (dictType) Attr(_ *python.Machine, name string) (python.Value, bool) {
	return &python.Func{Name: name, Call: methods.FromKeys}, name == "fromkeys"
}

// Call returns dict(*args, **kwargs).
func (dictType) Call(m *python.Machine, a python.Args) python.Value { return dictOf(m, "dict", a) }

func dictOf(m *python.Machine, function string, a python.Args) *python.Dict {
	if len(a.Positional) > 1 {
		python.Fail("%s expected at most 1 argument, got %d", function, len(a.Positional))
	}
	d := python.NewDict()
	if len(a.Positional) == 1 {
		python.Refuse(a.Positional[0])
		if from, ok := a.Positional[0].(*python.Dict); ok {
			d = from.Copy()
		} else {
			for i, item := range m.Items(a.Positional[0]) {
				pair := m.Items(item)
				if len(pair) != 2 {
					python.Fail("dictionary update sequence element #%d has length %d; 2 is required", i, len(pair))
				}
				d.Set(pair[0], pair[1])
			}
		}
	}
	m.Allocate(32 * d.Len())
	return d.Copy(a.Named)
}

// namespace is an object whose fields a template can set.
type namespace struct{ fields *python.Dict }

func newNamespace(m *python.Machine, a python.Args) python.Value {
	n := &namespace{python.NewDict()}
	fields := dictOf(m, "dict", a)
	for _, key := range fields.Keys {
		v, _ := fields.Get(key)
		n.set(key, v)
	}
	return n
}

func (n *namespace) set(key, v python.Value) {
	if name, ok := key.(string); ok && strings.HasPrefix(name, "_") {
		python.Fail("Chat templates cannot store underscore-prefixed attributes on a namespace, but got '%s'. Please rename the attribute.", name)
	}
	n.fields.Set(key, v)
}

func (n *namespace) TypeName() string { return "TemplateNamespace" }

func (n *namespace) Repr(m *python.Machine) string { return "<Namespace " + m.Repr(n.fields) + ">" }

func (n *namespace) Attr(_ *python.Machine, name string) (python.Value, bool) {
	return n.fields.Get(name)
}

// reference is self, with which templates refer to blocks, of which there are none.
type reference struct{}

func (reference) TypeName() string { return "TemplateReference" }

func (reference) Repr(*python.Machine) string { return "<TemplateReference None>" }

func (reference) Attr(*python.Machine, string) (python.Value, bool) { return nil, false }

// cycler yields its items in turn.
type cycler struct {
	items python.Tuple
	at    int
}

func newCycler(_ *python.Machine, a python.Args) python.Value {
	if len(a.Positional) == 0 || a.Named.Len() > 0 {
		python.Fail("at least one item has to be provided")
	}
	return &cycler{items: a.Positional}
}

func (c *cycler) TypeName() string { return "Cycler" }

func (c *cycler) Repr(*python.Machine) string {
	python.Fail("a cycler can't be written")
	return ""
}

func (c *cycler) Attr(_ *python.Machine, name string) (python.Value, bool) {
	switch name {
	case "items":
		return c.items, true
	case "pos":
		return c.at, true
	case "current":
		return c.items[c.at], true
	case "next":
		return &python.Func{Name: name, Call: func(_ *python.Machine, a python.Args) python.Value {
			a.Take(name)
			v := c.items[c.at]
			c.at = (c.at + 1) % len(c.items)
			return v
		}}, true
	case "reset":
		return &python.Func{Name: name, Call: func(_ *python.Machine, a python.Args) python.Value {
			a.Take(name)
			c.at = 0
			return nil
		}}, true
	}
	return nil, false
}

// joiner returns nothing the first time, and then a separator.
type joiner struct {
	separator python.Value
	used      bool
}

func newJoiner(_ *python.Machine, a python.Args) python.Value {
	return &joiner{separator: a.Bind("joiner", "sep", ", ")[0]}
}

func (j *joiner) TypeName() string { return "Joiner" }

func (j *joiner) Repr(*python.Machine) string {
	python.Fail("a joiner can't be written")
	return ""
}

func (j *joiner) Attr(_ *python.Machine, name string) (python.Value, bool) {
	switch name {
	case "sep":
		return j.separator, true
	case "used":
		return j.used, true
	}
	return nil, false
}

// Call returns the separator, but not the first time.
func (j *joiner) Call(_ *python.Machine, a python.Args) python.Value {
	a.Take("joiner")
	if !j.used {
		j.used = true
		return ""
	}
	return j.separator
}
