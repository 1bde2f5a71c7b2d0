package jinja

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat/jinja/builtin"
	"example.com/gonb-dpo/dpocore/chat/jinja/syntax"
	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

// eval returns the value of an expression.
func (r *renderer) eval(e syntax.Expr, s *scope) python.Value {
	r.Step(1)
	switch e := e.(type) {
	case *syntax.Const:
		return e.Value
	case *syntax.Name:
		return s.get(e.Name)
	case *syntax.ListOf:
		return python.NewList(r.all(e.Items, s)...)
	case *syntax.TupleOf:
		return python.Tuple(r.all(e.Items, s))
	case *syntax.DictOf:
		d := python.NewDict()
		for i, key := range e.Keys {
			k := r.eval(key, s)
			d.Set(k, r.eval(e.Values[i], s))
		}
		return d
	case *syntax.Attribute:
		return methods.GetAttr(r.Machine, r.eval(e.Of, s), e.Name)
	case *syntax.Item:
		of := r.eval(e.Of, s)
		return methods.GetItem(r.Machine, of, r.eval(e.Key, s))
	case *syntax.Slice:
		return r.slice(e, s)
	case *syntax.Call:
		f := r.eval(e.Function, s)
		return r.call(f, r.arguments(e.Args, s))
	case *syntax.Filter:
		return r.filter(e, r.eval(e.Of, s), s)
	case *syntax.Test:
		return r.test(e, s)
	case *syntax.Unary:
		return r.unary(e, s)
	case *syntax.Binary:
		return r.binary(e, s)
	case *syntax.Concat:
		parts := make([]string, len(e.Parts))
		for i, part := range r.all(e.Parts, s) {
			parts[i] = r.Str(part)
		}
		return r.Join(parts, "")
	case *syntax.Compare:
		return r.compare(e, s)
	case *syntax.Condition:
		return r.condition(e, s)
	}
	panic(fmt.Sprintf("an expression %T", e))
}

// all returns the values of expressions.
func (r *renderer) all(items []syntax.Expr, s *scope) []python.Value {
	values := make([]python.Value, len(items))
	for i, item := range items {
		values[i] = r.eval(item, s)
	}
	return values
}

// optional returns nil for an expression that is left out.
func (r *renderer) optional(e syntax.Expr, s *scope) python.Value {
	if e == nil {
		return nil
	}
	return r.eval(e, s)
}

func (r *renderer) slice(e *syntax.Slice, s *scope) python.Value {
	of := r.eval(e.Of, s)
	v, ok := r.Slice(of, r.optional(e.Start, s), r.optional(e.Stop, s), r.optional(e.Step, s))
	if !ok {
		python.Fail("'%s' object can't be sliced", python.TypeName(of))
	}
	return v
}

func (r *renderer) unary(e *syntax.Unary, s *scope) python.Value {
	v := r.eval(e.Of, s)
	switch e.Operator {
	case "not":
		return !python.Truth(v)
	case "-":
		return python.Negate(v)
	}
	return python.Positive(v)
}

func (r *renderer) binary(e *syntax.Binary, s *scope) python.Value {
	left := r.eval(e.Left, s)
	switch e.Operator {
	case "and":
		if !python.Truth(left) {
			return left
		}
		return r.eval(e.Right, s)
	case "or":
		if python.Truth(left) {
			return left
		}
		return r.eval(e.Right, s)
	}
	right := r.eval(e.Right, s)
	if _, isConst := e.Right.(*syntax.Const); e.Operator == "**" && isNegative(e.Left) && !isConst {
		python.Fail("a power of a negative number is not supported in a chat template: Jinja2 may take the sign last")
	}
	return methods.Binary(r.Machine, e.Operator, left, right)
}

func isNegative(e syntax.Expr) bool {
	u, ok := e.(*syntax.Unary)
	return ok && u.Operator == "-"
}

func (r *renderer) compare(e *syntax.Compare, s *scope) python.Value {
	left := r.eval(e.First, s)
	for i, operator := range e.Operators {
		right := r.eval(e.Rest[i], s)
		if !builtin.Compare(r.Machine, operator, left, right) {
			return false
		}
		left = right
	}
	return true
}

func (r *renderer) condition(e *syntax.Condition, s *scope) python.Value {
	switch {
	case python.Truth(r.eval(e.If, s)):
		return r.eval(e.Then, s)
	case e.Else != nil:
		return r.eval(e.Else, s)
	}
	return python.Undefined{Why: "the inline if-expression evaluated to false and no else section was defined."}
}

// arguments returns the arguments of a call.
func (r *renderer) arguments(a syntax.Args, s *scope) python.Args {
	args := python.Args{Positional: r.all(a.Positional, s)}
	if len(a.Names) > 0 || a.StarStar != nil {
		args.Named = python.NewDict()
	}
	for i, name := range a.Names {
		args.Named.Set(name, r.eval(a.Named[i], s))
	}
	if a.Star != nil {
		args.Positional = append(args.Positional, r.Items(r.eval(a.Star, s))...)
	}
	if a.StarStar == nil {
		return args
	}
	more, ok := r.eval(a.StarStar, s).(*python.Dict)
	if !ok {
		python.Fail("argument after ** must be a mapping")
	}
	for _, key := range more.Keys {
		if _, isText := key.(string); !isText {
			python.Fail("keywords must be strings")
		}
		if _, twice := args.Named.Get(key); twice {
			python.Fail("got multiple values for keyword argument '%v'", key)
		}
		v, _ := more.Get(key)
		args.Named.Set(key, v)
	}
	return args
}

// call calls a function.
func (r *renderer) call(f python.Value, a python.Args) python.Value {
	switch f := f.(type) {
	case *python.Func:
		return f.Call(r.Machine, a)
	case builtin.Callable:
		return f.Call(r.Machine, a)
	}
	python.Refuse(f)
	python.Fail("'%s' object is not callable", python.TypeName(f))
	return nil
}

// filter applies a filter to a value.
func (r *renderer) filter(e *syntax.Filter, of python.Value, s *scope) python.Value {
	f, ok := builtin.Filter(e.Name)
	if !ok {
		python.Fail("no filter named '%s'", e.Name)
	}
	return f(r.Machine, of, r.arguments(e.Args, s))
}

// filtered applies the filters of a block, if any, to its text.
func (r *renderer) filtered(e syntax.Expr, text string, s *scope) python.Value {
	f, ok := e.(*syntax.Filter)
	if !ok {
		return text
	}
	return r.filter(f, r.filtered(f.Of, text, s), s)
}

func (r *renderer) test(e *syntax.Test, s *scope) python.Value {
	f, ok := builtin.Test(e.Name)
	if !ok {
		python.Fail("no test named '%s'", e.Name)
	}
	of := r.eval(e.Of, s)
	return f(r.Machine, of, r.arguments(e.Args, s))
}
