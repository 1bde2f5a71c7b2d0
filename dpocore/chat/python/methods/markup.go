package methods

import "example.com/gonb-dpo/dpocore/chat/python"

// escapedArguments are the methods of Markup whose text at this position is escaped.
var escapedArguments = map[string]int{"replace": 1, "ljust": 1, "rjust": 1, "center": 1}

// markupMethod returns a method of a text that is marked as safe: that of str, with the result marked as safe too.
func markupMethod(self python.Markup, name string) (value, bool) {
	if name == "format" || name == "format_map" {
		python.Fail("the method %s of a text that is marked as safe is not supported in a chat template", name)
	}
	bound, ok := method(textMethods, string(self), name)
	if !ok {
		return nil, false
	}
	call := bound.(*python.Func).Call
	return &python.Func{Name: name, Call: func(m *machine, a args) value {
		a.Positional = append([]value{}, a.Positional...)
		if i, ok := escapedArguments[name]; ok && i < len(a.Positional) {
			a.Positional[i] = escape(m, a.Positional[i])
		}
		if name == "join" && len(a.Positional) == 1 {
			var items []value
			for _, item := range m.Items(a.Positional[0]) {
				items = append(items, escape(m, item))
			}
			a.Positional[0] = python.NewList(items...)
		}
		return markup(call(m, a))
	}}, true
}

func escape(m *machine, v value) value { return m.New(python.Escaped(v, m.Str(v))) }

// markup marks a text, or the texts of a list or tuple, as safe.
func markup(v value) value {
	mark := func(items []value) []value {
		for i, item := range items {
			items[i] = markup(item)
		}
		return items
	}
	switch v := v.(type) {
	case string:
		return python.Markup(v)
	case *python.List:
		mark(v.Items)
	case python.Tuple:
		mark(v)
	}
	return v
}
