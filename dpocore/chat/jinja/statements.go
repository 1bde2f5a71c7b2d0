package jinja

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat/jinja/syntax"
	"example.com/gonb-dpo/dpocore/chat/python"
)

// flow tells how a statement ended.
type flow int

const (
	proceeds flow = iota
	breaks
	continues
)

// run executes statements, until one of them ends the loop around it or its pass.
func (r *renderer) run(body []syntax.Statement, s *scope) flow {
	outer := r.at
	for i := range body {
		r.at = &body[i]
		r.Step(1)
		if f := r.execute(body[i].Node, s); f != proceeds {
			r.at = outer
			return f
		}
	}
	r.at = outer
	return proceeds
}

func (r *renderer) execute(node any, s *scope) flow {
	switch n := node.(type) {
	case *syntax.Text:
		r.write(n.Text)
	case *syntax.Print:
		r.write(r.Str(r.eval(n.Of, s)))
	case *syntax.If:
		return r.choose(n, s)
	case *syntax.For:
		return r.repeat(n, r.eval(n.Items, s), s, 0)
	case *syntax.Set:
		r.assign(n.Target, r.eval(n.Value, s), s)
	case *syntax.SetBlock:
		text := r.capture(func() { r.run(n.Body, s.inner()) })
		r.assign(n.Target, r.filtered(n.Filter, text, s), s)
	case *syntax.FilterBlock:
		inner := s.inner()
		text := r.capture(func() { r.run(n.Body, inner) })
		r.write(python.TextArgument("a template", r.filtered(n.Filter, text, inner)))
	case *syntax.With:
		inner := s.inner()
		for i, target := range n.Targets {
			r.assign(target, r.eval(n.Values[i], s), inner)
		}
		return r.run(n.Body, inner)
	case *syntax.Macro:
		s.set(n.Name, &macro{r, n, s})
	case *syntax.CallBlock:
		a := r.arguments(n.Call.Args, s)
		a.Named = a.Named.Copy(python.NewDict("caller", &macro{r, n.Caller, s}))
		r.write(python.TextArgument("a template", r.call(r.eval(n.Call.Function, s), a)))
	case *syntax.Generation:
		r.run(n.Body, s.inner())
	case *syntax.Break:
		return breaks
	case *syntax.Continue:
		return continues
	default:
		panic(fmt.Sprintf("a statement %T", node))
	}
	return proceeds
}

func (r *renderer) choose(n *syntax.If, s *scope) flow {
	for i, condition := range n.Conditions {
		if python.Truth(r.eval(condition, s)) {
			return r.run(n.Bodies[i], s)
		}
	}
	if len(n.Bodies) > len(n.Conditions) {
		return r.run(n.Bodies[len(n.Conditions)], s)
	}
	return proceeds
}

// assign sets a variable, a field of a namespace, or several of them.
func (r *renderer) assign(target syntax.Expr, v python.Value, s *scope) {
	switch t := target.(type) {
	case *syntax.Name:
		s.set(t.Name, v)
	case *syntax.Member:
		n, ok := s.get(t.Namespace).(*namespace)
		if !ok {
			python.Fail("cannot assign attribute on non-namespace object")
		}
		n.set(t.Name, v)
	case *syntax.TupleOf:
		if !python.Iterable(v) {
			python.Fail("cannot unpack non-iterable %s object", python.TypeName(v))
		}
		items := r.Items(v)
		switch {
		case len(items) < len(t.Items):
			python.Fail("not enough values to unpack (expected %d, got %d)", len(t.Items), len(items))
		case len(items) > len(t.Items):
			python.Fail("too many values to unpack (expected %d)", len(t.Items))
		}
		for i, item := range items {
			r.assign(t.Items[i], item, s)
		}
	}
}
