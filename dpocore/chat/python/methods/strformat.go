package methods

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// formatter formats the fields of str.format.
type formatter struct {
	*machine
	args args
	next int // the number of the next field without a name; -1 if fields have numbers
}

// format is str.format.
func format(m *machine, self string, a args) value {
	f := formatter{machine: m, args: a}
	return f.expand(self, 2)
}

// formatMap is str.format_map.
func formatMap(m *machine, self string, a args) value {
	mapping, ok := a.Take("format_map", required)[0].(*python.Dict)
	if !ok {
		python.Fail("format_map() takes a dict in a chat template")
	}
	return format(m, self, args{Named: mapping})
}

// expand replaces the fields of a text, whose specifications may contain fields, up to a depth.
func (f *formatter) expand(text string, depth int) string {
	if depth == 0 {
		python.Fail("Max string recursion exceeded")
	}
	var out strings.Builder
	for {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			break
		}
		out.WriteString(text[:at])
		brace := text[at]
		if text = text[at+1:]; strings.HasPrefix(text, string(brace)) {
			out.WriteByte(brace)
			text = text[1:]
			continue
		}
		end := fieldEnd(text)
		if brace == '}' || end < 0 {
			python.Fail("Single '%c' encountered in format string", brace)
		}
		out.WriteString(f.field(text[:end], depth))
		text = text[end+1:]
	}
	return f.New(out.String() + text)
}

// fieldEnd returns the position of the brace that closes a field.
func fieldEnd(text string) int {
	depth := 1
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// field formats a field: a name, a conversion and a specification.
func (f *formatter) field(field string, depth int) string {
	name, specification := field, ""
	if at := strings.IndexAny(field, ":!"); at >= 0 {
		name, specification = field[:at], field[at:]
	}
	conversion := ""
	if rest, ok := strings.CutPrefix(specification, "!"); ok {
		conversion, specification = rest[:min(1, len(rest))], rest[min(1, len(rest)):]
		if specification != "" && specification[0] != ':' {
			python.Fail("expected ':' after conversion specifier")
		}
	}
	v := f.lookup(name)
	specification = f.expand(strings.TrimPrefix(specification, ":"), depth-1)
	switch conversion {
	case "r":
		v = f.Repr(v)
	case "s":
		v = f.Str(v)
	case "":
	default:
		python.Fail("the conversion !%s of str.format is not supported in a chat template", conversion)
	}
	return formatted(f.machine, v, specification)
}

// lookup returns the value of a field such as 0, name, name.attribute or name[key].
func (f *formatter) lookup(name string) value {
	first, rest := name, ""
	if at := strings.IndexAny(name, ".["); at >= 0 {
		first, rest = name[:at], name[at:]
	}
	v := f.argument(first)
	for rest != "" {
		kind := rest[0]
		rest = rest[1:]
		end := strings.IndexAny(rest, ".[")
		if kind == '[' {
			end = strings.IndexByte(rest, ']')
		}
		part := rest
		if end >= 0 {
			part, rest = rest[:end], rest[end:]
		} else {
			rest = ""
		}
		if part == "" {
			python.Fail("Empty attribute in format string")
		}
		switch n, err := strconv.Atoi(part); {
		case kind == '.':
			v = GetAttr(f.machine, v, part)
			continue
		case err == nil:
			v = GetItem(f.machine, v, n)
		default:
			v = GetItem(f.machine, v, part)
		}
		if rest = strings.TrimPrefix(rest, "]"); rest != "" && strings.IndexByte(".[", rest[0]) < 0 {
			python.Fail("Only '.' or '[' may follow ']' in format field specifier")
		}
	}
	return v
}

// argument returns an argument by its name or number, or the next one if the name is empty.
func (f *formatter) argument(name string) value {
	number, err := strconv.Atoi(name)
	switch {
	case name == "" && f.next < 0 || err == nil && f.next > 0:
		python.Fail("cannot switch between manual field specification and automatic field numbering")
	case name == "":
		number, err = f.next, nil
		f.next++
	case err == nil:
		f.next = -1
	}
	if err == nil {
		if number < 0 || number >= len(f.args.Positional) {
			python.Fail("Replacement index %d out of range for positional args tuple", number)
		}
		return f.args.Positional[number]
	}
	v, ok := f.args.Named.Get(name)
	if !ok {
		python.Fail("str.format has no argument '%s'", name)
	}
	return v
}

// formatted returns format(v, specification).
func formatted(m *machine, v value, specification string) string {
	if specification == "" {
		return m.Str(v)
	}
	s := parseSpec(specification)
	if python.IsNumber(v) {
		_, isFloat := v.(float64)
		_, integral := bases[s.kind]
		if !isFloat && integral && s.precision >= 0 {
			python.Fail("Precision not allowed in integer format specifier")
		}
		if i, ok := python.Int(v); s.kind == 'c' && ok && i >= 0 && i <= utf8.MaxRune && !isFloat && s.sign == 0 {
			return Pad(m, string(rune(i)), s.fill, s.width, cmp.Or(s.align, '>'))
		}
		return s.number(m, v)
	}
	text, ok := python.Text(v)
	if !ok || s.kind != 0 && s.kind != 's' || s.sign != 0 || s.align == '=' || s.grouping != 0 || s.alternate {
		python.Fail("unsupported format string passed to %s.__format__", python.TypeName(v))
	}
	if s.zero && s.fill == " " {
		s.fill = "0"
	}
	return s.text(m, text)
}
