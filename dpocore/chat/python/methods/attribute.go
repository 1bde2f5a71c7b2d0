// Package methods has the methods of Python's strings, lists, tuples and dicts, and its two ways to format a text.
//
// [Attr] returns a method by its name; [Binary] adds the formatting operator % to those of package python.
package methods

import (
	"math"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
)

type (
	value   = python.Value
	machine = python.Machine
	args    = python.Args
)

// required marks a parameter without a default.
var required = python.Required{}

// mutating lists the methods that change an object, which Jinja's immutable sandbox forbids.
var mutating = map[string]string{
	"list": " append clear pop reverse insert sort extend remove ",
	"dict": " clear pop popitem setdefault update ",
}

// Unsupported lists methods that Python has and this package has not, because they need bytes or tables of characters.
const Unsupported = " encode maketrans translate to_bytes from_bytes unescape striptags "

// Attr returns an attribute or method of a value; ok is false if it has none of that name.
func Attr(m *machine, v value, name string) (attribute value, ok bool) {
	python.Refuse(v)
	if strings.Contains(mutating[python.TypeName(v)], " "+name+" ") || strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") {
		return python.Undefined{Why: "access to attribute '" + name + "' of '" + python.TypeName(v) + "' object is unsafe."}, true
	}
	switch v := v.(type) {
	case string:
		return method(textMethods, v, name)
	case python.Markup:
		return markupMethod(v, name)
	case *python.List:
		return method(listMethods, v.Items, name)
	case python.Tuple:
		return method(sequenceMethods, []value(v), name)
	case *python.Dict:
		return method(dictMethods, v, name)
	case python.Group:
		switch name {
		case "grouper":
			return v.Grouper, true
		case "list":
			return v.List, true
		}
		return method(sequenceMethods, []value{v.Grouper, v.List}, name)
	case *python.Range:
		if n, ok := map[string]int{"start": v.Start, "stop": v.Stop, "step": v.Step}[name]; ok {
			return n, true
		}
		return method(sequenceMethods, m.Items(v), name)
	case python.Object:
		return v.Attr(m, name)
	}
	return numberAttr(v, name)
}

// numberAttr returns the attributes of numbers.
func numberAttr(v value, name string) (value, bool) {
	if !python.IsNumber(v) {
		return nil, false
	}
	f, isFloat := v.(float64)
	switch name {
	case "real":
		return python.Positive(v), true
	case "imag":
		if isFloat {
			return 0.0, true
		}
		return 0, true
	case "is_integer":
		if isFloat {
			return &python.Func{Name: name, Call: func(*machine, args) value { return f == math.Trunc(f) }}, true
		}
	case "numerator":
		return python.Positive(v), !isFloat
	case "denominator":
		return 1, !isFloat
	case "bit_length":
		if i, ok := python.BigInt(v); ok {
			return &python.Func{Name: name, Call: func(*machine, args) value { return i.BitLen() }}, true
		}
	}
	return nil, false
}

// methodOf is a method of a type whose Go value is T.
type methodOf[T any] func(m *machine, self T, a args) value

// method returns a bound method.
func method[T any](table map[string]methodOf[T], self T, name string) (value, bool) {
	call, ok := table[name]
	if !ok {
		if strings.Contains(Unsupported, " "+name+" ") {
			python.Fail("the method %s is not supported in a chat template", name)
		}
		return nil, false
	}
	return &python.Func{Name: name, Call: func(m *machine, a args) value {
		m.Step(1)
		return call(m, self, a)
	}}, true
}
