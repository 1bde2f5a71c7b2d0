package builtin

import (
	"fmt"
	"html"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// stripTags removes HTML's tags and comments, joins runs of white space, and replaces character references.
func stripTags(m *machine, v value, a args) value {
	a.Bind("striptags")
	text := m.Str(v)
	m.Allocate(len(text))
	var out strings.Builder
	for {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			break
		}
		closing := ">"
		from := start + 1
		if strings.HasPrefix(text[start:], "<!--") {
			closing, from = "-->", start+4
		}
		end := strings.Index(text[min(from, len(text)):], closing)
		if end < 0 {
			break
		}
		out.WriteString(text[:start])
		text = text[from+end+len(closing):]
	}
	out.WriteString(text)
	return html.UnescapeString(strings.Join(strings.FieldsFunc(out.String(), python.IsSpace), " "))
}

// urlEncode escapes a text for a URL's path, or the pairs of a dict or list for its query.
func urlEncode(m *machine, v value, a args) value {
	a.Bind("urlencode")
	if _, isText := python.Text(v); isText || !python.Iterable(v) {
		return m.New(quoteURL(m.Str(v), "/"))
	}
	items := v
	if _, ok := v.(*python.Dict); ok {
		items = python.NewList(pairs(m, v)...)
	}
	var parts []string
	for _, item := range m.Items(items) {
		pair := m.Items(item)
		if len(pair) != 2 {
			python.Fail("urlencode takes pairs")
		}
		key, text := quoteURL(m.Str(pair[0]), ""), quoteURL(m.Str(pair[1]), "")
		parts = append(parts, strings.ReplaceAll(key, "%20", "+")+"="+strings.ReplaceAll(text, "%20", "+"))
	}
	return m.Join(parts, "&")
}

func quoteURL(text, safe string) string {
	var out strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.-~"+safe, c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// xmlAttributes writes a dict as attributes of an element.
func xmlAttributes(m *machine, v value, a args) value {
	space := a.Bind("xmlattr", "autospace", true)[0]
	var parts []string
	for _, pair := range pairs(m, v) {
		key, item := pair.(python.Tuple)[0], pair.(python.Tuple)[1]
		if item == nil || undefined(item) {
			continue
		}
		name := python.TextArgument("xmlattr", key)
		if strings.ContainsAny(name, " \t\n\r\f\v/>=") {
			python.Fail("Invalid character in attribute name: %s", m.Repr(name))
		}
		parts = append(parts, python.Escaped(key, name)+`="`+python.Escaped(item, m.Str(item))+`"`)
	}
	if python.Truth(space) && len(parts) > 0 {
		parts[0] = " " + parts[0]
	}
	return m.Join(parts, " ")
}

// fileSize writes a number of bytes in words.
func fileSize(m *machine, v value, a args) value {
	binary := python.Truth(a.Bind("filesizeformat", "binary", false)[0])
	size, ok := parseNumber(v)
	if !ok {
		python.Fail("could not convert %s to float", python.TypeName(v))
	}
	base, suffix := 1000.0, "B"
	if binary {
		base, suffix = 1024, "iB"
	}
	switch {
	case size == 1:
		return "1 Byte"
	case size < base:
		return m.Str(integer(m, size, args{})) + " Bytes"
	}
	letters := "kMGTPEZY"
	if binary {
		letters = "K" + letters[1:]
	}
	unit := base
	for i := 0; ; i++ {
		if size < unit*base || i == len(letters)-1 {
			return fmt.Sprintf("%.1f %c%s", size/unit, letters[i], suffix)
		}
		unit *= base
	}
}

// parseNumber returns float(v).
func parseNumber(v value) (float64, bool) {
	if text, ok := python.Text(v); ok {
		return parseFloat(text)
	}
	python.Refuse(v)
	return python.Float(v)
}
