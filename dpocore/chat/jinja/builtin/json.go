package builtin

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// jsonOptions are those of json.dumps.
type jsonOptions struct {
	ASCII, SortKeys             bool
	Indent                      *string // nil: all in one line
	ItemSeparator, KeySeparator string
}

// dump returns json.dumps(v).
func dump(m *machine, v value, options jsonOptions) string {
	w := jsonWriter{m: m, options: options}
	w.write(v, "\n")
	return w.out.String()
}

type jsonWriter struct {
	m       *machine
	options jsonOptions
	out     strings.Builder
}

// write writes a value; line is a newline with the indentation of what surrounds it.
func (w *jsonWriter) write(v value, line string) {
	w.m.Step(1)
	switch v := python.Unnamed(v).(type) {
	case *python.List:
		w.items('[', v.Items, ']', line, func(item value, inner string) { w.write(item, inner) })
	case python.Tuple:
		w.items('[', v, ']', line, func(item value, inner string) { w.write(item, inner) })
	case *python.Dict:
		w.items('{', w.keys(v), '}', line, func(key value, inner string) {
			value, _ := v.Get(key)
			w.text(jsonKey(key))
			w.out.WriteString(w.options.KeySeparator)
			w.write(value, inner)
		})
	case string:
		w.text(v)
	case python.Markup:
		w.text(string(v))
	default:
		w.out.WriteString(jsonScalar(v))
	}
}

func (w *jsonWriter) items(open byte, items []value, closing byte, line string, each func(item value, inner string)) {
	w.out.WriteByte(open)
	inner := line
	if w.options.Indent != nil {
		inner += *w.options.Indent
	}
	w.m.Nested(func() {
		for i, item := range items {
			if i > 0 {
				w.out.WriteString(w.options.ItemSeparator)
			}
			w.newline(inner)
			each(item, inner)
		}
	})
	if len(items) > 0 {
		w.newline(line)
	}
	w.out.WriteByte(closing)
}

func (w *jsonWriter) newline(line string) {
	if w.options.Indent != nil {
		w.m.Allocate(len(line))
		w.out.WriteString(line)
	}
}

// keys returns a dict's keys in the order in which they are written.
func (w *jsonWriter) keys(d *python.Dict) []value {
	if !w.options.SortKeys {
		return d.Keys
	}
	keys := slices.Clone(d.Keys)
	slices.SortStableFunc(keys, func(a, b value) int {
		order, _ := w.m.Compare("<", a, b)
		return order
	})
	return keys
}

// jsonScalar writes what is neither a text nor a container.
func jsonScalar(v value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case *big.Int:
		return v.String()
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 1):
			return "Infinity"
		case math.IsInf(v, -1):
			return "-Infinity"
		}
		return python.FormatFloat(v)
	}
	python.Fail("Object of type %s is not JSON serializable", python.TypeName(v))
	return ""
}

func jsonKey(key value) string {
	if text, ok := python.Text(key); ok {
		return text
	}
	if key != nil && !python.IsNumber(key) {
		python.Fail("keys must be str, int, float, bool or None, not %s", python.TypeName(key))
	}
	return jsonScalar(key)
}

// text writes a string.
func (w *jsonWriter) text(s string) {
	w.m.Allocate(len(s))
	w.out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.out.WriteByte('\\')
			w.out.WriteRune(r)
		case r == '\n':
			w.out.WriteString(`\n`)
		case r == '\r':
			w.out.WriteString(`\r`)
		case r == '\t':
			w.out.WriteString(`\t`)
		case r == '\b':
			w.out.WriteString(`\b`)
		case r == '\f':
			w.out.WriteString(`\f`)
		case r >= 0x10000 && w.options.ASCII:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&w.out, `\u%04x\u%04x`, high, low)
		case r < ' ' || r > '~' && w.options.ASCII:
			fmt.Fprintf(&w.out, `\u%04x`, r)
		default:
			w.out.WriteRune(r)
		}
	}
	w.out.WriteByte('"')
}
