package python

import (
	"fmt"
	"math/big"
	"unicode/utf8"
)

// Value is one of: nil (None), bool, int, *big.Int (an integer beyond int), float64, string, Markup, *List, Tuple, *Dict, *View,
// *Range, *Iterator, Group, *Func, Undefined, or an [Object] of package jinja.
type Value any

// Markup is a text that is marked as safe HTML. What is added to it is escaped.
type Markup string

// List is a mutable list; templates can't change one.
type List struct{ Items []Value }

// Tuple is a tuple.
type Tuple []Value

// Range is the result of range().
type Range struct{ Start, Stop, Step int }

// Iterator yields items one by one, each once, as Python's generators do.
type Iterator struct {
	Next func() (v Value, ok bool)
}

// Group is what the filter groupby yields: a tuple with names.
type Group struct {
	Grouper Value
	List    *List
}

// Func is a function or a bound method.
type Func struct {
	Name string
	Call func(m *Machine, args Args) Value
}

// Args are the arguments of a call.
type Args struct {
	Positional []Value
	Named      *Dict
}

// Undefined is a name or attribute that does not exist. It prints as nothing, is false and empty, and fails otherwise.
type Undefined struct{ Why string }

// Object is a value that package jinja defines, such as a namespace.
type Object interface {
	TypeName() string
	Attr(m *Machine, name string) (Value, bool)
	Repr(m *Machine) string
}

// Sized is an [Object] with a length.
type Sized interface{ Len() int }

// NewList returns a list.
func NewList(items ...Value) *List { return &List{items} }

// Unnamed returns a group as a tuple, and other values as they are.
func Unnamed(v Value) Value {
	if g, ok := v.(Group); ok {
		return Tuple{g.Grouper, g.List}
	}
	return v
}

// TypeName returns Python's name of a value's type.
func TypeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case Markup:
		return "Markup"
	case *List:
		return "list"
	case Tuple:
		return "tuple"
	case *Dict:
		return "dict"
	case *View:
		return "dict_" + v.Kind
	case *Range:
		return "range"
	case *Iterator:
		return "generator"
	case Group:
		return "_GroupTuple"
	case *Func:
		return "builtin_function_or_method"
	case Undefined:
		return "Undefined"
	case Object:
		return v.TypeName()
	}
	return fmt.Sprintf("%T", v)
}

// Text returns the text of a string or Markup.
func Text(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Markup:
		return string(v), true
	}
	return "", false
}

// Refuse fails if a value is Undefined.
func Refuse(values ...Value) {
	for _, v := range values {
		if u, ok := v.(Undefined); ok {
			Fail("%s", u.Why)
		}
	}
}

// Truth reports whether a value counts as true.
func Truth(v Value) bool {
	switch v := v.(type) {
	case nil, Undefined:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	}
	n, ok := Length(v)
	return !ok || n > 0
}

// Len returns len(v).
func (m *Machine) Len(v Value) int {
	n, ok := Length(v)
	if !ok {
		Fail("object of type '%s' has no len()", TypeName(v))
	}
	return n
}

// Length returns len(v); ok is false if v has none.
func Length(v Value) (int, bool) {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v), true
	case Markup:
		return utf8.RuneCountInString(string(v)), true
	case *List:
		return len(v.Items), true
	case Tuple:
		return len(v), true
	case *Dict:
		return len(v.Keys), true
	case *View:
		return len(v.Of.Keys), true
	case *Range:
		return v.Len(), true
	case Group:
		return 2, true
	case Undefined:
		return 0, true
	case Sized:
		return v.Len(), true
	}
	return 0, false
}

// Len returns the number of items of a range.
func (r *Range) Len() int {
	switch {
	case r.Step > 0 && r.Stop > r.Start:
		return (r.Stop-r.Start-1)/r.Step + 1
	case r.Step < 0 && r.Stop < r.Start:
		return (r.Start-r.Stop-1)/-r.Step + 1
	}
	return 0
}
