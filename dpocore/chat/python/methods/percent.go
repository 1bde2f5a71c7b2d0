package methods

import (
	"math"
	"math/big"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/chat/python"
)

var percentPattern = regexp.MustCompile(`^%(\([^()]*\))?([-+ #0]*)(\d{1,9})?(?:\.(\d{0,9}))?[hlL]?(?s:(.))`)

// Binary returns the result of an arithmetic operator, which is a text's formatting if it is %.
func Binary(m *machine, operator string, a, b value) value {
	if operator == "%" {
		switch text := a.(type) {
		case string:
			return m.New(Percent(m, text, b))
		case python.Markup:
			python.Fail("%% on a text that is marked as safe is not supported in a chat template")
		}
	}
	return m.Binary(operator, a, b)
}

// Percent returns text % values.
func Percent(m *machine, text string, values value) string {
	var out strings.Builder
	items, isTuple := values.(python.Tuple)
	if !isTuple {
		items = python.Tuple{values}
	}
	next := 0
	for {
		at := strings.IndexByte(text, '%')
		if at < 0 {
			break
		}
		out.WriteString(text[:at])
		text = text[at:]
		g := percentPattern.FindStringSubmatch(text)
		if g == nil {
			python.Fail("incomplete or unsupported format at '%.20s'", text)
		}
		text = text[len(g[0]):]
		var v value
		switch {
		case g[0] == "%%":
			out.WriteByte('%')
			continue
		case g[1] != "":
			v = named(values, g[1][1:len(g[1])-1])
			next = len(items)
		case next >= len(items):
			python.Fail("not enough arguments for format string")
		default:
			v = items[next]
			next++
		}
		out.WriteString(convert(m, percentSpec(g), v))
	}
	out.WriteString(text)
	if next < len(items) && !isMapping(values) {
		python.Fail("not all arguments converted during string formatting")
	}
	return out.String()
}

// isMapping reports whether a value can be subscripted and is neither a text nor a tuple. Its items need not all be used.
func isMapping(v value) bool {
	switch v.(type) {
	case *python.Dict, *python.List, *python.Range, python.Undefined:
		return true
	}
	return false
}

func named(values value, name string) value {
	mapping, ok := values.(*python.Dict)
	if !ok {
		python.Fail("format requires a mapping")
	}
	v, ok := mapping.Get(name)
	if !ok {
		python.Fail("the format's dict has no key '%s'", name)
	}
	return v
}

// percentSpec returns the specification of a match of percentPattern.
func percentSpec(g []string) spec {
	s := spec{fill: " ", align: '>', kind: g[5][0]}
	s.setSize(g[3], g[4])
	if strings.Contains(g[0], ".") && s.precision < 0 && g[4] == "" && strings.Contains(strings.TrimPrefix(g[0], "%"+g[1]), ".") {
		s.precision = 0
	}
	for _, flag := range g[2] {
		switch flag {
		case '-':
			s.align = '<'
		case '0':
			s.zero = true
		case '#':
			s.alternate = true
		case '+':
			s.sign = '+'
		case ' ':
			if s.sign == 0 {
				s.sign = ' '
			}
		}
	}
	if s.zero = s.zero && s.align != '<'; s.zero {
		s.align = 0
	}
	return s
}

// convert formats a value by a conversion of %.
func convert(m *machine, s spec, v value) string {
	switch s.kind {
	case 's', 'r', 'a':
		return s.percentText(m, v)
	case 'c':
		if i, ok := python.Int(v); ok && i >= 0 && i <= utf8.MaxRune {
			return s.text(m, string(rune(i)))
		}
		text := python.TextArgument("%c", v)
		if utf8.RuneCountInString(text) != 1 {
			python.Fail("%%c requires int or char")
		}
		return s.text(m, text)
	case 'd', 'i', 'u', 'x', 'X', 'o':
		return s.percentInteger(m, v)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		if !python.IsNumber(v) {
			python.Refuse(v)
			python.Fail("must be real number, not %s", python.TypeName(v))
		}
		s.alternate = false
		return s.number(m, v)
	}
	python.Fail("the format character '%c' is not supported in a chat template", s.kind)
	return ""
}

func (s spec) percentText(m *machine, v value) string {
	text := m.Str(v)
	if s.kind != 's' {
		text = m.Repr(v)
	}
	if s.kind == 'a' && !python.ASCII(text) {
		python.Fail("%%a of other characters than ASCII is not supported in a chat template")
	}
	if s.align == 0 {
		s.align = '>'
	}
	return s.text(m, text)
}

func (s spec) percentInteger(m *machine, v value) string {
	if f, ok := v.(float64); ok && strings.IndexByte("diu", s.kind) >= 0 {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			python.Fail("cannot convert float infinity or NaN to integer")
		}
		i, _ := big.NewFloat(f).Int(nil)
		v = python.Integer(i)
	}
	i, ok := python.BigInt(v)
	if !ok {
		python.Refuse(v)
		python.Fail("%%%c format: an integer is required, not %s", s.kind, python.TypeName(v))
	}
	if strings.IndexByte("iu", s.kind) >= 0 {
		s.kind = 'd'
	}
	if s.precision < 0 {
		return s.number(m, i)
	}
	digits, prefix := spec{kind: s.kind, alternate: s.alternate}.digits(i)
	digits, negative := strings.CutPrefix(digits, "-")
	digits = prefix + Pad(m, digits, "0", s.precision, '>')
	sign := ""
	if negative {
		sign = "-"
	} else if s.sign != 0 {
		sign = string(s.sign)
	}
	if s.zero {
		return sign + Pad(m, digits, "0", s.width-len(sign), '>')
	}
	return Pad(m, sign+digits, " ", s.width, s.align)
}
