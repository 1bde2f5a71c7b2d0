package methods

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"example.com/gonb-dpo/dpocore/chat/python"
)

func fold(text string) string { return cases.Fold().String(text) }

// Upper returns str.upper(text).
func Upper(text string) string {
	if python.ASCII(text) {
		return strings.ToUpper(text)
	}
	return cases.Upper(language.Und).String(text)
}

// Lower returns str.lower(text).
func Lower(text string) string {
	if python.ASCII(text) {
		return strings.ToLower(text)
	}
	return cases.Lower(language.Und).String(text)
}

// TitleWords returns the text of Jinja's filter title: words begin after white space and some punctuation.
func TitleWords(text string) string {
	var out strings.Builder
	isSeparator := func(r rune) bool { return python.IsSpace(r) || strings.ContainsRune("-({[<", r) }
	for text != "" {
		word := text
		if end := strings.IndexFunc(text, isSeparator); end >= 0 {
			word = text[:end]
		}
		first, rest := cutRune(word)
		out.WriteString(Upper(first) + Lower(rest))
		text = text[len(word):]
		separators := text[:len(text)-len(strings.TrimLeftFunc(text, isSeparator))]
		out.WriteString(separators)
		text = text[len(separators):]
	}
	return out.String()
}

// Capitalize returns str.capitalize(text).
func Capitalize(text string) string {
	first, rest := cutRune(text)
	return titled(first) + Lower(rest)
}

// cutRune cuts off the first character of a text.
func cutRune(text string) (first, rest string) {
	_, n := utf8.DecodeRuneInString(text)
	return text[:n], text[n:]
}

// titled returns the title case of one character.
func titled(character string) string {
	if first, rest := cutRune(Upper(character)); rest != "" {
		return first + Lower(rest)
	}
	return strings.Map(unicode.ToTitle, character)
}

func isCased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) || unicode.Is(unicode.Other_Lowercase, r) || unicode.Is(unicode.Other_Uppercase, r)
}

// title returns str.title(text): letters that follow a letter are small.
func title(text string) string {
	var out strings.Builder
	after := false
	for _, r := range text {
		switch {
		case !isCased(r):
			out.WriteRune(r)
		case after:
			out.WriteString(Lower(string(r)))
		default:
			out.WriteString(titled(string(r)))
		}
		after = isCased(r)
	}
	return out.String()
}

func swapCase(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			out.WriteString(Lower(string(r)))
		case unicode.IsLower(r):
			out.WriteString(Upper(string(r)))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// isTitle reports whether capitals are exactly where title puts them.
func isTitle(text string) bool {
	after, any := false, false
	for _, r := range text {
		upper := unicode.IsUpper(r) || unicode.IsTitle(r)
		if isCased(r) && upper == after {
			return false
		}
		after, any = isCased(r), any || isCased(r)
	}
	return any
}

// IsUpper reports str.isupper(text).
func IsUpper(text string) bool { return oneCase(text, unicode.IsUpper) }

// IsLower reports str.islower(text).
func IsLower(text string) bool {
	return oneCase(text, func(r rune) bool { return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r) })
}

func oneCase(text string, is func(rune) bool) bool {
	cased := false
	for _, r := range text {
		if isCased(r) {
			if !is(r) {
				return false
			}
			cased = true
		}
	}
	return cased
}

// all reports whether a text is not empty and all of its characters are of a kind.
func all(text string, is func(rune) bool) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return !is(r) }) < 0
}

func isDigit(r rune) bool {
	return unicode.Is(unicode.Nd, r) || strings.ContainsRune("²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", r) || r >= 0x2460 && r <= 0x2468
}

// IsAlphanumeric reports whether str.isalnum holds for a character.
func IsAlphanumeric(r rune) bool { return unicode.IsLetter(r) || isNumeric(r) }

// isNumeric reports whether str.isnumeric holds for a character.
func isNumeric(r rune) bool { return unicode.IsNumber(r) }

func isIdentifier(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.Is(unicode.Nd, r) && !unicode.Is(unicode.Mn, r)) {
			return false
		}
	}
	return text != ""
}

// SplitLines returns str.splitlines(text).
func SplitLines(text string, keepEnds bool) []string {
	var lines []string
	start := 0
	for i, r := range text {
		if i < start || !strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r) {
			continue
		}
		end := i + len(string(r))
		if r == '\r' && strings.HasPrefix(text[end:], "\n") {
			end++
		}
		if keepEnds {
			lines = append(lines, text[start:end])
		} else {
			lines = append(lines, text[start:i])
		}
		start = end
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

// split returns str.split(text, separator, limit), from the right if right is set.
func split(text string, separator *string, limit int, right bool) []string {
	if separator == nil {
		return splitSpace(text, limit, right)
	}
	if limit < 0 {
		return strings.Split(text, *separator)
	}
	if !right {
		return strings.SplitN(text, *separator, limit+1)
	}
	var parts []string
	for ; limit > 0; limit-- {
		at := strings.LastIndex(text, *separator)
		if at < 0 {
			break
		}
		parts = append([]string{text[at+len(*separator):]}, parts...)
		text = text[:at]
	}
	return append([]string{text}, parts...)
}

// splitSpace splits at runs of white space.
func splitSpace(text string, limit int, right bool) []string {
	if limit < 0 {
		return strings.FieldsFunc(text, python.IsSpace)
	}
	isWord := func(r rune) bool { return !python.IsSpace(r) }
	var parts []string
	if !right {
		for text = strings.TrimLeftFunc(text, python.IsSpace); text != ""; text = strings.TrimLeftFunc(text, python.IsSpace) {
			end := strings.IndexFunc(text, python.IsSpace)
			if end < 0 || len(parts) == limit {
				return append(parts, text)
			}
			parts, text = append(parts, text[:end]), text[end:]
		}
		return parts
	}
	for text = strings.TrimRightFunc(text, python.IsSpace); text != ""; text = strings.TrimRightFunc(text, python.IsSpace) {
		word := strings.TrimRightFunc(text, isWord)
		if word == "" || len(parts) == limit {
			return append([]string{text}, parts...)
		}
		parts, text = append([]string{text[len(word):]}, parts...), word
	}
	return parts
}

// Strip removes white space, or the characters of cut, from the ends of a text.
func Strip(m *machine, text string, cut *string, left, right bool) string {
	is := python.IsSpace
	m.Step(len(text) / 64)
	if cut != nil {
		m.Step(len(text) * min(len(*cut), m.MaxSteps) / 64)
		is = func(r rune) bool { return strings.ContainsRune(*cut, r) }
	}
	if left {
		text = strings.TrimLeftFunc(text, is)
	}
	if right {
		text = strings.TrimRightFunc(text, is)
	}
	return text
}

// Pad returns a text padded to a width: align is '<', '>' or '^' as in a format, or 'c' as str.center does it.
func Pad(m *machine, text, fill string, width int, align byte) string {
	missing := width - utf8.RuneCountInString(text)
	if missing <= 0 {
		return text
	}
	m.Repeat(missing, len(fill))
	left := 0
	switch align {
	case '>':
		left = missing
	case '^':
		left = missing / 2
	case 'c':
		left = missing/2 + missing&width&1
	}
	return m.New(strings.Repeat(fill, left) + text + strings.Repeat(fill, missing-left))
}
