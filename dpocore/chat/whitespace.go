package chat

import (
	"regexp"
	"strings"
)

// endRaw matches the end of a {% raw %} block, whose content is literal text.
var endRaw = regexp.MustCompile(`\{%[-+]?\s*endraw\s*[-+]?%\}`)

// trimBlocks applies Jinja's trim_blocks and lstrip_blocks, which transformers
// sets, to a template's source: it removes the first newline after a block or
// comment, and the whitespace before one that is first in its line. gonja has
// the same settings, but also removes the space in "{{ a }} {% if".
func trimBlocks(source string) string {
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	var out strings.Builder
	lineStart := true // the rest of source starts a line
	open := nextTag(source)
	for open >= 0 {
		text, tag := source[:open], source[open:]
		tag = tag[:tagEnd(tag)]
		source = source[open+len(tag):]
		block := tag[1] != '{'
		if block && !strings.ContainsAny(tag[2:3], "+-") {
			text = trimIndent(text, lineStart)
		}
		out.WriteString(text)
		out.WriteString(withoutPlus(tag, block))
		lineStart = false
		if block && len(tag) > 4 && !isRaw(tag) && !strings.ContainsAny(tag[len(tag)-3:len(tag)-2], "+-") {
			source, lineStart = strings.CutPrefix(source, "\n")
		}
		if isRaw(tag) {
			open = -1
			if at := endRaw.FindStringIndex(source); at != nil {
				open = at[0]
			}
			continue
		}
		open = nextTag(source)
	}
	return out.String() + source
}

// nextTag returns the position of the next tag, or -1.
func nextTag(source string) int {
	for i := 0; i+2 < len(source); i++ {
		if source[i] == '{' && strings.IndexByte("{%#", source[i+1]) >= 0 {
			return i
		}
	}
	return -1
}

// tagEnd returns the length of the tag at the start of source. Strings and
// brackets within an expression may contain the closing delimiter.
func tagEnd(source string) int {
	if source[1] == '#' {
		if at := strings.Index(source[2:], "#}"); at >= 0 {
			return at + 4
		}
		return len(source)
	}
	closing := map[byte]string{'{': "}}", '%': "%}"}[source[1]]
	depth := 0
	for i := 2; i < len(source); i++ {
		switch c := source[i]; {
		case c == '"' || c == '\'':
			i += stringEnd(source[i:])
		case depth == 0 && strings.HasPrefix(source[i:], closing):
			return i + 2
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
	}
	return len(source)
}

// stringEnd returns the position of the quote that closes a string literal.
func stringEnd(source string) int {
	for i := 1; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case source[0]:
			return i
		}
	}
	return len(source)
}

// trimIndent removes the whitespace after the last newline if nothing else is in
// that line.
func trimIndent(text string, lineStart bool) string {
	line := strings.LastIndexByte(text, '\n') + 1
	if (line > 0 || lineStart) && strings.TrimSpace(text[line:]) == "" {
		return text[:line]
	}
	return text
}

// withoutPlus removes the + signs that disable trimming, after it has been done.
func withoutPlus(tag string, block bool) string {
	if !block || len(tag) < 6 {
		return tag
	}
	if tag[2] == '+' {
		tag = tag[:2] + tag[3:]
	}
	if end := len(tag) - 3; tag[end] == '+' {
		tag = tag[:end] + tag[end+1:]
	}
	return tag
}

// isRaw reports whether a tag is {% raw %}.
func isRaw(tag string) bool {
	return tag[1] == '%' && len(tag) > 4 && strings.Trim(tag[2:len(tag)-2], "+- \t\n") == "raw"
}
