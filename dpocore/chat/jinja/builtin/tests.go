package builtin

import (
	"math/big"

	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

var tests map[string]Func

func init() {
	tests = map[string]Func{
		"odd": remainder(1), "even": remainder(0), "divisibleby": divisible,
		"defined":   plain(func(v value) bool { return !undefined(v) }),
		"undefined": plain(undefined),
		"none":      plain(func(v value) bool { return v == nil }),
		"boolean":   plain(func(v value) bool { return v == true || v == false }),
		"true":      plain(func(v value) bool { return v == true }),
		"false":     plain(func(v value) bool { return v == false }),
		"integer":   plain(isInteger),
		"float":     plain(func(v value) bool { _, ok := v.(float64); return ok }),
		"number":    plain(python.IsNumber),
		"string":    plain(func(v value) bool { _, ok := python.Text(v); return ok }),
		"mapping":   plain(func(v value) bool { _, ok := v.(*python.Dict); return ok }),
		"sequence":  plain(isSequence),
		"iterable":  plain(python.Iterable),
		"callable":  plain(isCallable),
		"escaped":   plain(func(v value) bool { _, ok := v.(python.Markup); return ok }),
		"lower":     inCase(methods.IsLower),
		"upper":     inCase(methods.IsUpper),
		"filter":    known("filter"),
		"test":      known("test"),
		"sameas":    two(func(_ *machine, a, b value) bool { return python.SameAs(a, b) }),
		"in":        two(func(m *machine, a, b value) bool { return m.Contains(b, a) }),
	}
	for operator, names := range map[string][]string{"==": {"eq", "equalto"}, "!=": {"ne"}, ">": {"gt", "greaterthan"}, ">=": {"ge"}, "<": {"lt", "lessthan"}, "<=": {"le"}} {
		for _, name := range append(names, operator) {
			tests[name] = two(func(m *machine, a, b value) bool { return Compare(m, operator, a, b) })
		}
	}
}

// known tests whether a filter or test of a name exists.
func known(kind string) Func {
	return plain(func(v value) bool {
		if !python.Hashable(v) {
			python.Fail("unhashable type: '%s'", python.TypeName(v))
		}
		name, ok := python.Text(v)
		return ok && Names{}.Known(kind, name)
	})
}

// Compare returns the result of a comparison operator.
func Compare(m *machine, operator string, a, b value) bool {
	switch operator {
	case "==":
		return m.Equal(a, b)
	case "!=":
		return !m.Equal(a, b)
	case "in":
		return m.Contains(b, a)
	case "not in":
		return !m.Contains(b, a)
	}
	order, ok := m.Compare(operator, a, b)
	return ok && (operator[0] == '<' && order < 0 || operator[0] == '>' && order > 0 || len(operator) == 2 && order == 0)
}

func plain(f func(value) bool) Func {
	return func(_ *machine, v value, a args) value {
		a.Bind("the test")
		return f(v)
	}
}

func inCase(is func(text string) bool) Func {
	return func(m *machine, v value, a args) value {
		a.Bind("the test")
		return is(m.Str(v))
	}
}

func two(f func(m *machine, a, b value) bool) Func {
	return func(m *machine, v value, a args) value { return f(m, v, a.Bind("the test", "other", required)[0]) }
}

func remainder(wanted int) Func {
	return func(m *machine, v value, a args) value {
		a.Bind("the test")
		return m.Equal(methods.Binary(m, "%", v, 2), wanted)
	}
}

func divisible(m *machine, v value, a args) value {
	return m.Equal(methods.Binary(m, "%", v, a.Bind("divisibleby", "num", required)[0]), 0)
}

func undefined(v value) bool {
	_, ok := v.(python.Undefined)
	return ok
}

func isInteger(v value) bool {
	switch v.(type) {
	case int, *big.Int:
		return true
	}
	return false
}

func isSequence(v value) bool {
	switch v.(type) {
	case string, python.Markup, *python.List, python.Tuple, *python.Dict, *python.Range, python.Undefined:
		return true
	}
	return false
}

// Callable is an object that can be called.
type Callable interface {
	Call(m *python.Machine, a python.Args) python.Value
}

func isCallable(v value) bool {
	switch v.(type) {
	case *python.Func, Callable, python.Undefined:
		return true
	}
	return false
}
