package jinja

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/chat/jinja/syntax"
	"example.com/gonb-dpo/dpocore/chat/python"
)

// repeat executes a loop over items.
func (r *renderer) repeat(f *syntax.For, items python.Value, s *scope, depth int) flow {
	l := &loop{r: r, next: r.Iterate(items), items: items, length: -1, index0: -1, depth0: depth}
	if f.If != nil {
		l.next, l.items = r.passing(f, l.next, s), nil
	}
	if f.Recursive {
		l.recurse = func(items python.Value) (text string) {
			r.Nested(func() { text = r.capture(func() { r.repeat(f, items, s, depth+1) }) })
			return text
		}
	}
	complete := false // some pass was not ended by break or continue
	for ended := proceeds; ended != breaks && l.advance(); {
		inner := s.inner()
		inner.set("loop", l)
		r.assign(f.Target, l.current, inner)
		ended = r.run(f.Body, inner)
		complete = complete || ended == proceeds
	}
	if !complete {
		return r.run(f.Else, s.inner())
	}
	return proceeds
}

// passing returns an iteration over the items that pass the loop's condition.
func (r *renderer) passing(f *syntax.For, next func() (python.Value, bool), s *scope) func() (python.Value, bool) {
	return func() (python.Value, bool) {
		for item, ok := next(); ok; item, ok = next() {
			inner := s.inner()
			r.assign(f.Target, item, inner)
			if python.Truth(r.eval(f.If, inner)) {
				return item, true
			}
		}
		return nil, false
	}
}

// loop is the variable of that name.
type loop struct {
	r       *renderer
	next    func() (python.Value, bool)
	items   python.Value // nil if their number is not known in advance
	recurse func(items python.Value) string

	current, previous python.Value
	ahead             []python.Value // items that were taken from next too early
	index0, depth0    int
	length            int          // -1 until it is known
	changed           *python.List // the arguments of the last call of changed
}

// advance moves to the next item, if any.
func (l *loop) advance() bool {
	var item python.Value
	if len(l.ahead) > 0 {
		item, l.ahead = l.ahead[0], l.ahead[1:]
	} else if next, ok := l.next(); ok {
		item = next
	} else {
		return false
	}
	l.previous, l.current = l.current, item
	l.index0++
	return true
}

// peek returns the next item.
func (l *loop) peek() (python.Value, bool) {
	if len(l.ahead) == 0 {
		item, ok := l.next()
		if !ok {
			return nil, false
		}
		l.ahead = append(l.ahead, item)
	}
	return l.ahead[0], true
}

// Len returns the number of items. It takes all of them if it must.
func (l *loop) Len() int {
	if l.length >= 0 {
		return l.length
	}
	if n, ok := python.Length(l.items); ok && l.items != nil {
		l.length = n
		return n
	}
	for item, ok := l.next(); ok; item, ok = l.next() {
		l.r.Allocate(16)
		l.ahead = append(l.ahead, item)
	}
	l.length = l.index0 + 1 + len(l.ahead)
	return l.length
}

// TypeName is Jinja2's name of the type.
func (l *loop) TypeName() string { return "LoopContext" }

// Repr is what Jinja2 prints.
func (l *loop) Repr(*python.Machine) string {
	return fmt.Sprintf("<LoopContext %d/%d>", l.index0+1, l.Len())
}

// Attr returns the loop's attributes.
func (l *loop) Attr(_ *python.Machine, name string) (python.Value, bool) {
	switch name {
	case "index":
		return l.index0 + 1, true
	case "index0":
		return l.index0, true
	case "revindex":
		return l.Len() - l.index0, true
	case "revindex0":
		return l.Len() - l.index0 - 1, true
	case "first":
		return l.index0 == 0, true
	case "last":
		_, more := l.peek()
		return !more, true
	case "length":
		return l.Len(), true
	case "depth":
		return l.depth0 + 1, true
	case "depth0":
		return l.depth0, true
	case "previtem":
		if l.index0 == 0 {
			return python.Undefined{Why: "there is no previous item"}, true
		}
		return l.previous, true
	case "nextitem":
		if item, ok := l.peek(); ok {
			return item, true
		}
		return python.Undefined{Why: "there is no next item"}, true
	case "cycle":
		return &python.Func{Name: name, Call: l.cycle}, true
	case "changed":
		return &python.Func{Name: name, Call: l.hasChanged}, true
	}
	return nil, false
}

func (l *loop) cycle(_ *python.Machine, a python.Args) python.Value {
	if len(a.Positional) == 0 || a.Named.Len() > 0 {
		python.Fail("no items for cycling given")
	}
	return a.Positional[l.index0%len(a.Positional)]
}

func (l *loop) hasChanged(m *python.Machine, a python.Args) python.Value {
	if a.Named.Len() > 0 {
		python.Fail("changed() takes no keyword arguments")
	}
	values := python.NewList(a.Positional...)
	if l.changed != nil && m.Equal(l.changed, values) {
		return false
	}
	l.changed = values
	return true
}

// Call renders the loop for the items of an item.
func (l *loop) Call(_ *python.Machine, a python.Args) python.Value {
	items := a.Bind("loop", "iterable", python.Required{})[0]
	if l.recurse == nil {
		python.Fail("The loop must have the 'recursive' marker to be called recursively.")
	}
	return l.recurse(items)
}
