package methods

import (
	"regexp"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// spec is a format specification, as in {:>5.2f} or %5.2f.
type spec struct {
	fill             string
	align, sign      byte // 0 if none is given
	alternate, zero  bool
	width, precision int // precision is -1 if none is given
	grouping, kind   byte
}

var specPattern = regexp.MustCompile(`^(?s:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d{1,9})?([,_])?(?:\.(\d{1,9}))?([a-zA-Z%])?$`)

// parseSpec parses what follows the colon in a field of str.format.
func parseSpec(text string) spec {
	g := specPattern.FindStringSubmatch(text)
	if g == nil {
		python.Fail("Invalid format specifier '%s'", text)
	}
	first := func(text string) byte {
		if text == "" {
			return 0
		}
		return text[0]
	}
	s := spec{fill: " ", align: first(g[2]), sign: first(g[3]), alternate: g[4] != "", zero: g[5] != "", grouping: first(g[7]), kind: first(g[9])}
	if g[1] != "" {
		s.fill = g[1]
	}
	s.setSize(g[6], g[8])
	return s
}

// setSize sets the width and the precision, which may be empty.
func (s *spec) setSize(width, precision string) {
	s.width, _ = strconv.Atoi(width)
	s.precision = -1
	if p, err := strconv.Atoi(precision); err == nil {
		s.precision = p
	}
}

// text formats a text.
func (s spec) text(m *machine, text string) string {
	if s.precision >= 0 && s.precision < len(text) {
		m.Allocate(4 * len(text))
		runes := []rune(text)
		text = string(runes[:min(s.precision, len(runes))])
	}
	align := s.align
	if align == 0 {
		align = '<'
	}
	return Pad(m, text, s.fill, s.width, align)
}

// number formats a number.
func (s spec) number(m *machine, v value) string {
	m.Repeat(1, max(s.precision, 0))
	digits, prefix := s.digits(v)
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	} else if s.sign == '+' || s.sign == ' ' {
		sign = string(s.sign)
	}
	if s.grouping != 0 {
		if s.zero || s.align == '=' {
			python.Fail("a format with padding after the sign and separators of thousands is not supported in a chat template")
		}
		digits = grouped(digits, string(s.grouping))
	}
	sign += prefix
	switch {
	case s.align == '=' || s.zero && s.align == 0:
		fill := s.fill
		if s.zero {
			fill = "0"
		}
		return sign + Pad(m, digits, fill, s.width-len(sign), '>')
	case s.align == 0:
		return Pad(m, sign+digits, s.fill, s.width, '>')
	}
	return Pad(m, sign+digits, s.fill, s.width, s.align)
}

// bases are those of the kinds of integers.
var bases = map[byte]int{0: 10, 'd': 10, 'n': 10, 'x': 16, 'X': 16, 'o': 8, 'b': 2}

// digits returns a number's digits with its sign, and a prefix such as 0x.
func (s spec) digits(v value) (digits, prefix string) {
	i, isInt := python.BigInt(v)
	base, integral := bases[s.kind]
	if isInt && integral {
		digits = i.Text(base)
		if s.kind == 'X' {
			digits = strings.ToUpper(digits)
		}
		if s.alternate && base != 10 {
			prefix = "0" + string(s.kind)
		}
		return digits, prefix
	}
	if integral && s.kind != 0 && s.kind != 'n' || s.alternate {
		python.Fail("Unknown format code '%c' for object of type '%s'", s.kind, python.TypeName(v))
	}
	f, _ := python.Float(v)
	return s.floating(f), ""
}

// floating returns the digits of a float.
func (s spec) floating(f float64) string {
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	text := ""
	switch kind := s.kind | 0x20; {
	case s.kind == 0 && s.precision < 0:
		return python.FormatFloat(f)
	case s.kind == 0:
		return general(f, max(precision, 1), true)
	case s.kind == '%':
		return strconv.FormatFloat(100*f, 'f', precision, 64) + "%"
	case kind == 'g' || s.kind == 'n':
		text = general(f, max(precision, 1), false)
	case kind == 'e' || kind == 'f':
		text = strconv.FormatFloat(f, kind, precision, 64)
	default:
		python.Fail("Unknown format code '%c' for object of type 'float'", s.kind)
	}
	if text = strings.TrimPrefix(text, "+"); s.kind < 'a' {
		return strings.ToUpper(text)
	}
	return strings.NewReplacer("Inf", "inf", "NaN", "nan").Replace(text)
}

// general formats a number as %g does, without trailing zeros; with point it ends in .0 if it has no fraction.
func general(f float64, precision int, point bool) string {
	text := strconv.FormatFloat(f, 'e', precision-1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	trim := func(text string) string {
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text
	}
	e, err := strconv.Atoi(exponent)
	switch {
	case err != nil: // inf or nan
		return text
	case e < -4 || e >= precision || point && e >= precision-1:
		return trim(mantissa) + "e" + exponent
	}
	text = trim(strconv.FormatFloat(f, 'f', precision-1-e, 64))
	if point && !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// grouped separates thousands.
func grouped(digits, separator string) string {
	end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(digits)
	}
	var out []byte
	for i := range end {
		if i > 0 && (end-i)%3 == 0 {
			out = append(out, separator...)
		}
		out = append(out, digits[i])
	}
	return string(out) + digits[end:]
}
