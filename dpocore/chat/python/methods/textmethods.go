package methods

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// textMethods are the methods of str.
var textMethods map[string]methodOf[string]

func init() {
	textMethods = map[string]methodOf[string]{
		"upper": mapped("upper", Upper), "lower": mapped("lower", Lower), "title": mapped("title", title),
		"swapcase": mapped("swapcase", swapCase), "capitalize": mapped("capitalize", Capitalize), "casefold": mapped("casefold", fold),
		"strip": stripper("strip", true, true), "lstrip": stripper("lstrip", true, false), "rstrip": stripper("rstrip", false, true),
		"split": splitter("split", false), "rsplit": splitter("rsplit", true), "splitlines": splitLines,
		"partition": partition(false), "rpartition": partition(true),
		"startswith": affix("startswith", strings.HasPrefix), "endswith": affix("endswith", strings.HasSuffix),
		"find": finder("find", strings.Index), "rfind": finder("rfind", strings.LastIndex),
		"index": finder("index", strings.Index), "rindex": finder("rindex", strings.LastIndex),
		"count": count, "replace": replace, "join": join,
		"removeprefix": cutter("removeprefix", strings.TrimPrefix), "removesuffix": cutter("removesuffix", strings.TrimSuffix),
		"center": padder("center", 'c'), "ljust": padder("ljust", '<'), "rjust": padder("rjust", '>'), "zfill": zfill, "expandtabs": expandTabs,
		"format": format, "format_map": formatMap,
		"isdigit": is("isdigit", isDigit), "isdecimal": is("isdecimal", func(r rune) bool { return unicode.Is(unicode.Nd, r) }),
		"isnumeric": is("isnumeric", isNumeric), "isalpha": is("isalpha", unicode.IsLetter), "isalnum": is("isalnum", IsAlphanumeric),
		"isspace": is("isspace", python.IsSpace), "isascii": whole("isascii", python.ASCII), "isidentifier": whole("isidentifier", isIdentifier),
		"istitle": whole("istitle", isTitle), "isupper": whole("isupper", IsUpper), "islower": whole("islower", IsLower),
		"isprintable": whole("isprintable", func(s string) bool { return s == "" || all(s, python.IsPrintable) }),
	}
}

func mapped(name string, f func(string) string) methodOf[string] {
	return func(m *machine, self string, a args) value {
		a.Take(name)
		return MapText(m, self, f)
	}
}

// MapText returns f(text), which costs more for a text that is not ASCII.
func MapText(m *machine, text string, f func(string) string) string {
	if !python.ASCII(text) {
		m.Step(len(text) / 4)
	}
	return m.New(f(text))
}

func is(name string, kind func(rune) bool) methodOf[string] {
	return whole(name, func(text string) bool { return all(text, kind) })
}

func whole(name string, f func(string) bool) methodOf[string] {
	return func(m *machine, self string, a args) value {
		a.Take(name)
		m.Step(len(self) / 64)
		return f(self)
	}
}

// optionalText returns nil for None.
func optionalText(function string, v value) *string {
	if v == nil {
		return nil
	}
	text := python.TextArgument(function, v)
	return &text
}

func stripper(name string, left, right bool) methodOf[string] {
	return func(m *machine, self string, a args) value {
		return Strip(m, self, optionalText(name, a.Take(name, nil)[0]), left, right)
	}
}

func splitter(name string, right bool) methodOf[string] {
	return func(m *machine, self string, a args) value {
		b := a.Bind(name, "sep", nil, "maxsplit", -1)
		separator, limit := optionalText(name, b[0]), python.IntArgument(name, b[1])
		if separator != nil && *separator == "" {
			python.Fail("empty separator")
		}
		m.Step(len(self) / 64)
		return list(m, split(self, separator, min(limit, len(self)), right))
	}
}

// list returns texts as a list.
func list(m *machine, texts []string) *python.List {
	m.Allocate(32 * len(texts))
	items := make([]value, len(texts))
	for i, text := range texts {
		items[i] = text
	}
	return &python.List{Items: items}
}

func splitLines(m *machine, self string, a args) value {
	return list(m, SplitLines(self, python.IntArgument("splitlines", a.Bind("splitlines", "keepends", false)[0]) != 0))
}

func partition(right bool) methodOf[string] {
	return func(_ *machine, self string, a args) value {
		separator := python.TextArgument("partition", a.Take("partition", required)[0])
		if separator == "" {
			python.Fail("empty separator")
		}
		find := strings.Index
		if right {
			find = strings.LastIndex
		}
		at := find(self, separator)
		switch {
		case at >= 0:
			return python.Tuple{self[:at], separator, self[at+len(separator):]}
		case right:
			return python.Tuple{"", "", self}
		}
		return python.Tuple{self, "", ""}
	}
}

// window returns the part of a text between two positions in characters, and the part before it. inside is false if start is
// after the end.
func window(self string, start, stop value) (part, before string, inside bool) {
	n := utf8.RuneCountInString(self)
	lo, hi, _ := python.Bounds(n, start, stop, nil)
	if start != nil && python.ClampIndex(start, n+1) > n || lo > hi {
		return "", "", false
	}
	at := func(i int) int {
		for byteAt := range self {
			if i == 0 {
				return byteAt
			}
			i--
		}
		return len(self)
	}
	return self[at(lo):at(hi)], self[:at(lo)], true
}

func affix(name string, has func(text, part string) bool) methodOf[string] {
	return func(m *machine, self string, a args) value {
		b := a.Take(name, required, nil, nil)
		part, inside := self, true
		if b[1] != nil || b[2] != nil {
			m.Step(len(self) / 64)
			part, _, inside = window(self, b[1], b[2])
		}
		options, ok := b[0].(python.Tuple)
		if !ok {
			options = python.Tuple{b[0]}
		}
		for _, option := range options {
			if text := python.TextArgument(name, option); inside && has(part, text) {
				return true
			}
		}
		return false
	}
}

func finder(name string, find func(text, part string) int) methodOf[string] {
	return func(m *machine, self string, a args) value {
		b := a.Take(name, required, nil, nil)
		sub := python.TextArgument(name, b[0])
		m.Step(len(self) / 64)
		if part, before, inside := window(self, b[1], b[2]); inside {
			if at := find(part, sub); at >= 0 {
				return utf8.RuneCountInString(before) + utf8.RuneCountInString(part[:at])
			}
		}
		if strings.HasSuffix(name, "index") {
			python.Fail("substring not found")
		}
		return -1
	}
}

func count(m *machine, self string, a args) value {
	b := a.Take("count", required, nil, nil)
	sub := python.TextArgument("count", b[0])
	m.Step(len(self) / 64)
	part, _, inside := window(self, b[1], b[2])
	if !inside {
		return 0
	}
	return strings.Count(part, sub)
}

func replace(m *machine, self string, a args) value {
	b := a.Take("replace", required, required, -1)
	return m.Replace(self, python.TextArgument("replace", b[0]), python.TextArgument("replace", b[1]), python.IntArgument("replace", b[2]))
}

func join(m *machine, self string, a args) value {
	var parts []string
	for i, item := range m.Items(a.Take("join", required)[0]) {
		text, ok := python.Text(item)
		if !ok {
			python.Fail("sequence item %d: expected str instance, %s found", i, python.TypeName(item))
		}
		parts = append(parts, text)
	}
	return m.Join(parts, self)
}

func cutter(name string, cut func(text, part string) string) methodOf[string] {
	return func(_ *machine, self string, a args) value {
		return cut(self, python.TextArgument(name, a.Take(name, required)[0]))
	}
}

func padder(name string, align byte) methodOf[string] {
	return func(m *machine, self string, a args) value {
		b := a.Take(name, required, " ")
		fill := python.TextArgument(name, b[1])
		if utf8.RuneCountInString(fill) != 1 {
			python.Fail("The fill character must be exactly one character long")
		}
		return Pad(m, self, fill, python.IntArgument(name, b[0]), align)
	}
}

func zfill(m *machine, self string, a args) value {
	width, sign := python.IntArgument("zfill", a.Take("zfill", required)[0]), ""
	if strings.HasPrefix(self, "-") || strings.HasPrefix(self, "+") {
		sign, self = self[:1], self[1:]
	}
	return sign + Pad(m, self, "0", max(width, 0)-len(sign), '>')
}

func expandTabs(m *machine, self string, a args) value {
	size := python.IntArgument("expandtabs", a.Bind("expandtabs", "tabsize", 8)[0])
	m.Allocate(len(self))
	if n := strings.Count(self, "\t"); n > 0 && size > 0 {
		m.Repeat(n, size)
	}
	var out strings.Builder
	column := 0
	for _, r := range self {
		switch {
		case r == '\t' && size > 0:
			n := size - column%size
			out.WriteString(strings.Repeat(" ", n))
			column += n
		case r == '\t':
		default:
			out.WriteRune(r)
			if column++; r == '\n' || r == '\r' {
				column = 0
			}
		}
	}
	return out.String()
}
