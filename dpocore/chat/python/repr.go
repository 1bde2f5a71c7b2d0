package python

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Str returns str(v), the text that a template prints.
func (m *Machine) Str(v Value) string {
	if text, ok := Text(v); ok {
		return text
	}
	if _, ok := v.(Undefined); ok {
		return ""
	}
	return m.Repr(v)
}

// Repr returns repr(v).
func (m *Machine) Repr(v Value) string {
	m.Step(1)
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case *big.Int:
		const maxDigits = 4300 // as in Python
		digits := v.String()
		if len(strings.TrimLeft(digits, "-")) > maxDigits {
			Fail("Exceeds the limit (%d digits) for integer string conversion", maxDigits)
		}
		return m.New(digits)
	case float64:
		return FormatFloat(v)
	case string:
		return m.New(quote(v))
	case Markup:
		return m.New("Markup(" + quote(string(v)) + ")")
	case *List:
		return m.enclose("[", m.reprs(v.Items), "]")
	case Tuple:
		if len(v) == 1 {
			return m.enclose("(", m.reprs(v), ",)")
		}
		return m.enclose("(", m.reprs(v), ")")
	case *Dict:
		return m.reprDict(v)
	case *View:
		return m.enclose(TypeName(v)+"([", m.reprs(v.items()), "])")
	case *Range:
		if v.Step == 1 {
			return fmt.Sprintf("range(%d, %d)", v.Start, v.Stop)
		}
		return fmt.Sprintf("range(%d, %d, %d)", v.Start, v.Stop, v.Step)
	case Group:
		return m.Repr(Unnamed(v))
	case Undefined:
		return "Undefined"
	case Object:
		return v.Repr(m)
	}
	Fail("a %s can't be written: its text would differ from run to run", TypeName(v))
	return ""
}

func (m *Machine) enclose(open string, parts []string, closing string) string {
	return m.New(open + strings.Join(parts, ", ") + closing)
}

func (m *Machine) reprs(items []Value) []string {
	parts := make([]string, len(items))
	m.Nested(func() {
		for i, item := range items {
			parts[i] = m.Repr(item)
		}
	})
	return parts
}

func (m *Machine) reprDict(d *Dict) string {
	parts := make([]string, len(d.Keys))
	m.Nested(func() {
		for i, key := range d.Keys {
			value, _ := d.Get(key)
			parts[i] = m.Repr(key) + ": " + m.Repr(value)
		}
	})
	return m.enclose("{", parts, "}")
}

// FormatFloat writes a number as Python does: the shortest digits that read back as it, with an exponent below 1e-4 and from 1e16.
func FormatFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// quote writes a string literal.
func quote(s string) string {
	mark := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	var out strings.Builder
	out.WriteByte(mark)
	for _, r := range s {
		switch {
		case r == rune(mark) || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case IsPrintable(r):
			out.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&out, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
	}
	out.WriteByte(mark)
	return out.String()
}
