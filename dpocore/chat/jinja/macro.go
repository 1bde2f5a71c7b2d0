package jinja

import (
	"slices"

	"example.com/gonb-dpo/dpocore/chat/jinja/syntax"
	"example.com/gonb-dpo/dpocore/chat/python"
)

// macro is a macro, or the body of {% call %}, in the scope where it was defined.
type macro struct {
	r     *renderer
	node  *syntax.Macro
	scope *scope
}

// TypeName is Jinja2's name of the type.
func (m *macro) TypeName() string { return "Macro" }

// Repr is what Jinja2 prints.
func (m *macro) Repr(machine *python.Machine) string {
	if m.node.Name == "" {
		return "<Macro anonymous>"
	}
	return "<Macro " + machine.Repr(m.node.Name) + ">"
}

// Attr returns the macro's attributes.
func (m *macro) Attr(_ *python.Machine, name string) (python.Value, bool) {
	switch name {
	case "name":
		if m.node.Name == "" {
			return nil, true
		}
		return m.node.Name, true
	case "arguments":
		names := python.Tuple{}
		for _, parameter := range m.node.Parameters {
			names = append(names, parameter)
		}
		return names, true
	case "caller":
		return m.node.Caller, true
	case "catch_kwargs":
		return m.node.Kwargs, true
	case "catch_varargs":
		return m.node.Varargs, true
	}
	return nil, false
}

// Call returns the text of the macro's body.
func (m *macro) Call(_ *python.Machine, a python.Args) (text python.Value) {
	m.r.Nested(func() {
		s := m.scope.inner()
		m.bind(a, s)
		text = m.r.capture(func() { m.r.run(m.node.Body, s) })
	})
	return text
}

// bind sets the macro's parameters.
func (m *macro) bind(a python.Args, s *scope) {
	n, named := m.node, a.Named.Copy()
	explicitCaller := slices.Contains(n.Parameters, "caller")
	for i, name := range n.Parameters {
		v, ok := python.Value(nil), i < len(a.Positional)
		if ok {
			v = a.Positional[i]
		} else if v, ok = named.Get(name); ok {
			named.Delete(name)
		}
		if !ok {
			v = m.missing(i, name, s)
		}
		s.set(name, v)
	}
	if n.Caller && !explicitCaller {
		caller, ok := named.Get("caller")
		if !ok || caller == nil {
			caller = python.Undefined{Why: "No caller defined"}
		}
		named.Delete("caller")
		s.set("caller", caller)
	}
	rest := a.Positional[min(len(n.Parameters), len(a.Positional)):]
	switch {
	case n.Kwargs:
		s.set("kwargs", named)
	case named.Len() > 0:
		python.Fail("macro '%s' takes no keyword argument '%v'", n.Name, named.Keys[0])
	}
	switch {
	case n.Varargs:
		s.set("varargs", python.Tuple(rest))
	case len(rest) > 0:
		python.Fail("macro '%s' takes not more than %d argument(s)", n.Name, len(n.Parameters))
	}
}

// missing returns the default of a parameter, or an Undefined.
func (m *macro) missing(i int, name string, s *scope) python.Value {
	if i -= len(m.node.Parameters) - len(m.node.Defaults); i >= 0 {
		return m.r.eval(m.node.Defaults[i], s)
	}
	return python.Undefined{Why: "parameter '" + name + "' was not provided"}
}
