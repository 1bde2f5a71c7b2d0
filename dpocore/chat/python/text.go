package python

import (
	"strings"
	"unicode"
)

// IsSpace reports whether Python's str.isspace holds for a character.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// IsPrintable reports whether Python's str.isprintable holds for a character.
func IsPrintable(r rune) bool { return unicode.IsPrint(r) }

// Escape replaces HTML's special characters.
func Escape(text string) string { return htmlEscapes.Replace(text) }

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")

// Escaped returns a text with HTML's special characters replaced, unless it is Markup.
func Escaped(v Value, text string) string {
	if _, ok := v.(Markup); ok {
		return text
	}
	return Escape(text)
}

// Replace returns str.replace(text, old, new, limit).
func (m *Machine) Replace(text, old, new string, limit int) string {
	n := strings.Count(text, old)
	if limit >= 0 {
		n = min(n, limit)
	}
	if n > 0 && len(new) > m.MaxBytes/n {
		m.Allocate(m.MaxBytes + 1)
	}
	m.Allocate(len(text) + n*len(new))
	return strings.Replace(text, old, new, limit)
}
