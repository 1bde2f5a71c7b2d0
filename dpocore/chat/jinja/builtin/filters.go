package builtin

import (
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
	"example.com/gonb-dpo/dpocore/chat/python/methods"
)

var filters map[string]Func

// unsupported are filters that write random text, or whose rules are long and of no use here.
var unsupported = []string{"pprint", "random", "urlize", "wordwrap"}

func init() {
	length := func(m *machine, v value, a args) value {
		a.Bind("length")
		return m.Len(v)
	}
	escape := func(m *machine, v value, a args) value {
		a.Bind("escape")
		if _, ok := v.(python.Markup); ok {
			return v
		}
		return python.Markup(python.Escape(m.Str(v)))
	}
	forced := func(m *machine, v value, a args) value {
		a.Bind("forceescape")
		return python.Markup(m.New(python.Escape(m.Str(v))))
	}
	filters = map[string]Func{
		"abs": abs, "attr": attr, "batch": batch, "capitalize": mapped("capitalize", methods.Capitalize), "center": center,
		"count": length, "length": length, "d": defaultFilter, "default": defaultFilter, "dictsort": dictsort, "e": escape,
		"escape": escape, "first": first, "float": float, "format": format, "groupby": groupby, "indent": indent, "int": integer,
		"items": items, "join": join, "last": last, "list": list, "lower": mapped("lower", methods.Lower), "map": mapFilter,
		"max": extreme("max", 1), "min": extreme("min", -1), "reject": selecting(false, false), "rejectattr": selecting(false, true),
		"replace": replace, "reverse": reverse, "round": round, "safe": safe, "select": selecting(true, false),
		"selectattr": selecting(true, true), "slice": slice, "sort": sortFilter, "string": text, "sum": sum,
		"title": title, "tojson": toJSON, "trim": trim, "truncate": truncate, "unique": unique,
		"upper": mapped("upper", methods.Upper), "wordcount": wordCount, "striptags": stripTags, "urlencode": urlEncode,
		"xmlattr": xmlAttributes, "filesizeformat": fileSize, "forceescape": forced,
	}
	for _, name := range unsupported {
		filters[name] = func(*machine, value, args) value {
			python.Fail("the filter %s is not supported in a chat template", name)
			return nil
		}
	}
}

// mapped is a filter from text to text, which stays safe if it was.
func mapped(name string, f func(string) string) Func {
	return func(m *machine, v value, a args) value {
		a.Bind(name)
		return python.SameKind(v, methods.MapText(m, m.Str(v), f))
	}
}

func title(m *machine, v value, a args) value {
	a.Bind("title")
	return methods.MapText(m, m.Str(v), methods.TitleWords)
}

func number(filter string, v value) int {
	n, ok := python.Int(v)
	if !ok {
		python.Fail("%s takes an integer, not %s", filter, python.TypeName(v))
	}
	return n
}

func attr(m *machine, v value, a args) value {
	name := m.Str(a.Bind("attr", "name", required)[0])
	if attribute, ok := methods.Attr(m, v, name); ok {
		return attribute
	}
	return methods.Missing(m, v, name)
}

func defaultFilter(_ *machine, v value, a args) value {
	b := a.Bind("default", "default_value", "", "boolean", false)
	if undefined(v) || python.Truth(b[1]) && !python.Truth(v) {
		return b[0]
	}
	return v
}

func text(m *machine, v value, a args) value {
	a.Bind("string")
	if markup, ok := v.(python.Markup); ok {
		return markup
	}
	return m.Str(v)
}

func safe(m *machine, v value, a args) value {
	a.Bind("safe")
	return python.Markup(m.Str(v))
}

func list(m *machine, v value, a args) value {
	a.Bind("list")
	return python.NewList(append([]value{}, m.Items(v)...)...)
}

func items(m *machine, v value, a args) value {
	a.Bind("items")
	return lazily(m, func() []value {
		if undefined(v) {
			return nil
		}
		return pairs(m, v)
	})
}

// lazily is an iterator over items that are computed when the first is used.
func lazily(m *machine, items func() []value) value {
	var next func() (value, bool)
	return &python.Iterator{Next: func() (value, bool) {
		if next == nil {
			next = m.Iterate(python.NewList(items()...))
		}
		return next()
	}}
}

func first(m *machine, v value, a args) value {
	a.Bind("first")
	item, ok := m.Iterate(v)()
	if !ok {
		return python.Undefined{Why: "No first item, sequence was empty."}
	}
	return item
}

func last(m *machine, v value, a args) value {
	a.Bind("last")
	if _, ok := v.(*python.Iterator); ok {
		python.Fail("'generator' object is not reversible")
	}
	all := m.Items(v)
	if len(all) == 0 {
		return python.Undefined{Why: "No last item, sequence was empty."}
	}
	return all[len(all)-1]
}

func reverse(m *machine, v value, a args) value {
	a.Bind("reverse")
	if s, ok := python.Text(v); ok {
		reversed, _ := m.Slice(s, nil, nil, -1)
		return reversed
	}
	all := m.Items(v)
	reversed := make([]value, len(all))
	for i, item := range all {
		reversed[len(all)-1-i] = item
	}
	switch v.(type) {
	case *python.Iterator:
		return python.NewList(reversed...)
	}
	return &python.Iterator{Next: m.Iterate(python.NewList(reversed...))}
}

func join(m *machine, v value, a args) value {
	b := a.Bind("join", "d", "", "attribute", nil)
	get, separator := getter(m, b[1], nil), m.Str(b[0])
	var parts []string
	for _, item := range m.Items(v) {
		parts = append(parts, m.Str(get(item)))
	}
	return m.Join(parts, separator)
}

func replace(m *machine, v value, a args) value {
	b := a.Bind("replace", "old", required, "new", required, "count", nil)
	limit := -1
	if b[2] != nil {
		limit = number("replace", b[2])
	}
	return m.Replace(m.Str(v), m.Str(b[0]), m.Str(b[1]), limit)
}

func trim(m *machine, v value, a args) value {
	var cut *string
	if chars := a.Bind("trim", "chars", nil)[0]; chars != nil {
		s := m.Str(chars)
		cut = &s
	}
	return python.SameKind(v, methods.Strip(m, m.Str(v), cut, true, true))
}

func center(m *machine, v value, a args) value {
	width := number("center", a.Bind("center", "width", 80)[0])
	return python.SameKind(v, methods.Pad(m, m.Str(v), " ", width, 'c'))
}

func format(m *machine, v value, a args) value {
	if len(a.Positional) > 0 && a.Named.Len() > 0 {
		python.Fail("can't handle positional and keyword arguments at the same time")
	}
	if a.Named.Len() > 0 {
		return methods.Percent(m, m.Str(v), a.Named)
	}
	return methods.Percent(m, m.Str(v), python.Tuple(a.Positional))
}

func indent(m *machine, v value, a args) value {
	b := a.Bind("indent", "width", 4, "first", false, "blank", false)
	by, isText := python.Text(b[0])
	if !isText {
		by = methods.Pad(m, "", " ", number("indent", b[0]), '<')
	}
	s, ok := python.Text(v)
	if !ok {
		python.Fail("indent takes a text, not %s", python.TypeName(v))
	}
	lines := methods.SplitLines(s+"\n", false)
	m.Allocate(len(s) + len(lines)*len(by))
	for i, line := range lines {
		if i > 0 && (line != "" || python.Truth(b[2])) {
			lines[i] = by + line
		}
	}
	s = strings.Join(lines, "\n")
	if python.Truth(b[1]) {
		s = by + s
	}
	return python.SameKind(v, s)
}

func truncate(m *machine, v value, a args) value {
	b := a.Bind("truncate", "length", 255, "killwords", false, "end", "...", "leeway", 5)
	length, end, leeway := number("truncate", b[0]), m.Len(b[2]), 5
	if b[3] != nil {
		leeway = number("truncate", b[3])
	}
	if length < end || leeway < 0 {
		python.Fail("truncate: expected length >= %d, got %d", end, length)
	}
	if m.Len(v) <= length+leeway {
		return v
	}
	cut, _ := m.Slice(v, nil, length-end, nil)
	text := python.TextArgument("truncate", cut)
	if at := strings.LastIndexByte(text, ' '); at >= 0 && !python.Truth(b[1]) {
		cut = python.SameKind(cut, text[:at])
	}
	return m.Binary("+", cut, b[2])
}

func wordCount(m *machine, v value, a args) value {
	a.Bind("wordcount")
	return len(strings.FieldsFunc(m.Str(v), func(r rune) bool { return r != '_' && !methods.IsAlphanumeric(r) }))
}

// chunks is what batch and slice have in common.
func chunks(filter string, cut func(all []value, n int, fill value) []value) Func {
	return func(m *machine, v value, a args) value {
		b := a.Bind(filter, "n", required, "fill_with", nil)
		n := number(filter, b[0])
		return lazily(m, func() []value {
			m.Repeat(max(0, n), 64)
			return cut(m.Items(v), n, b[1])
		})
	}
}

var batch = chunks("batch", func(all []value, n int, fill value) (rows []value) {
	row := python.NewList()
	for _, item := range all {
		if len(row.Items) == n {
			rows = append(rows, row)
			row = python.NewList()
		}
		row.Items = append(row.Items, item)
	}
	for fill != nil && len(row.Items) > 0 && len(row.Items) < n {
		row.Items = append(row.Items, fill)
	}
	if len(row.Items) > 0 {
		rows = append(rows, row)
	}
	return rows
})

var slice = chunks("slice", func(all []value, n int, fill value) (rows []value) {
	if n == 0 {
		python.Fail("integer division or modulo by zero")
	}
	each, extra := len(all)/max(n, 1), len(all)%max(n, 1)
	for i := range max(n, 0) {
		size := each
		if i < extra {
			size++
		}
		row := append([]value{}, all[:size]...)
		all = all[size:]
		if fill != nil && i >= extra {
			row = append(row, fill)
		}
		rows = append(rows, python.NewList(row...))
	}
	return rows
})

func toJSON(m *machine, v value, a args) value {
	b := a.Bind("tojson", "ensure_ascii", false, "indent", nil, "separators", nil, "sort_keys", false)
	options := jsonOptions{ASCII: python.Truth(b[0]), SortKeys: python.Truth(b[3]), ItemSeparator: ", ", KeySeparator: ": "}
	if b[1] != nil {
		by, isText := python.Text(b[1])
		if !isText {
			by = methods.Pad(m, "", " ", number("tojson", b[1]), '<')
		}
		options.Indent, options.ItemSeparator = &by, ","
	}
	if b[2] != nil {
		separators := m.Items(b[2])
		if len(separators) != 2 {
			python.Fail("tojson takes two separators")
		}
		options.ItemSeparator, options.KeySeparator = m.Str(separators[0]), m.Str(separators[1])
	}
	return dump(m, v, options)
}
