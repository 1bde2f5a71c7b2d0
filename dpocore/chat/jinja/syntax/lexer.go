package syntax

import (
	"fmt"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// kind is the kind of a token.
type kind int

const (
	text kind = iota
	printStart
	printEnd
	blockStart
	blockEnd
	name
	literal // a number or text, with its value
	operator
	end
)

type token struct {
	kind  kind
	text  string
	value python.Value
	line  int
	at    int // position in the source
}

// Error is a fault in a template's source.
type Error struct {
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

type lexer struct {
	source    string
	at        int
	line      int
	lineStart bool // the last token ended in a newline
	tokens    []token
}

var (
	floatPattern   = regexp.MustCompile(`^(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+\-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)`)
	integerPattern = regexp.MustCompile(`^(?i:0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*)`)
	namePattern    = regexp.MustCompile(`^[\pL\pN\p{Mn}\p{Mc}_]+`)
	stringPattern  = regexp.MustCompile(`^(?s:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)
	rawPattern     = regexp.MustCompile(`^\{%([-+]?)` + spaces + `raw` + spaces + `(-%\}` + spaces + `|%\})`)
	endRawPattern  = regexp.MustCompile(`\{%([-+]?)` + spaces + `endraw` + spaces + `(?:\+%\}|-%\}` + spaces + `|%\}\n?)`)
	spacePattern   = regexp.MustCompile(`^` + spaces)
)

// spaces matches what Python's \s* does.
const spaces = `[\s\v\x1c-\x1f\x{85}\p{Z}]*`

// operators, longest first.
var operators = []string{"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"}

// lex returns the tokens of a template.
func lex(source string) []token {
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	l := &lexer{source: strings.TrimSuffix(source, "\n"), line: 1, lineStart: true}
	for l.at < len(l.source) {
		l.root()
	}
	l.add(end, "", nil)
	return l.tokens
}

func (l *lexer) fail(format string, args ...any) {
	panic(&Error{l.line, fmt.Sprintf(format, args...)})
}

func (l *lexer) add(k kind, text string, value python.Value) {
	l.tokens = append(l.tokens, token{k, text, value, l.line, l.at})
}

// skip moves over n bytes.
func (l *lexer) skip(n int) {
	passed := l.source[l.at : l.at+n]
	l.line += strings.Count(passed, "\n")
	l.at += n
	if n > 0 {
		l.lineStart = strings.HasSuffix(passed, "\n")
	}
}

func (l *lexer) rest() string { return l.source[l.at:] }

// root reads text up to the next tag, and the tag.
func (l *lexer) root() {
	open := nextTag(l.rest())
	if open < 0 {
		l.add(text, l.rest(), nil)
		l.skip(len(l.rest()))
		return
	}
	data, tag := l.rest()[:open], l.rest()[open:]
	sign := byte(0)
	if len(tag) > 2 && (tag[2] == '-' || tag[2] == '+') {
		sign = tag[2]
	}
	l.addData(data, sign, tag[1] != '{')
	l.skip(len(data))
	if raw := rawPattern.FindString(tag); raw != "" {
		l.skip(len(raw))
		l.raw()
		return
	}
	signs := min(1, int(sign))
	switch tag[1] {
	case '#':
		l.comment()
	case '{':
		l.add(printStart, "", nil)
		l.skip(2 + signs)
		l.inside(printEnd, "}}")
	default:
		l.add(blockStart, "", nil)
		l.skip(2 + signs)
		l.inside(blockEnd, "%}")
	}
}

// addData adds text, trimmed as the sign of the tag after it demands.
func (l *lexer) addData(data string, sign byte, block bool) {
	switch {
	case sign == '-':
		data = strings.TrimRightFunc(data, python.IsSpace)
	case block && sign != '+':
		line := strings.LastIndexByte(data, '\n') + 1
		if (line > 0 || l.lineStart) && strings.Trim(data[line:], " \t") == "" {
			data = data[:line]
		}
	}
	if data != "" {
		l.add(text, data, nil)
	}
}

// nextTag returns the position of the next tag, or -1.
func nextTag(source string) int {
	for i := 0; i+1 < len(source); i++ {
		if source[i] == '{' && strings.IndexByte("{%#", source[i+1]) >= 0 {
			return i
		}
	}
	return -1
}

func (l *lexer) comment() {
	closing := strings.Index(l.rest()[2:], "#}")
	if closing < 0 {
		if strings.Trim(l.rest()[2:], "-+") == "" { // Jinja2 has no objection at the end of a template
			l.skip(len(l.rest()))
			return
		}
		l.fail("Missing end of comment tag")
	}
	body := l.rest()[2 : 2+closing]
	if body != "" && strings.IndexByte("-+", body[0]) >= 0 {
		body = body[1:]
	}
	l.skip(closing + 4)
	l.afterBlock(body)
}

// afterBlock removes the white space after a block or comment whose content is body.
func (l *lexer) afterBlock(body string) {
	switch {
	case strings.HasSuffix(body, "-"):
		l.skip(len(spacePattern.FindString(l.rest())))
	case !strings.HasSuffix(body, "+") && strings.HasPrefix(l.rest(), "\n"):
		l.skip(1)
	}
}

// raw reads up to {% endraw %}.
func (l *lexer) raw() {
	found := endRawPattern.FindStringSubmatchIndex(l.rest())
	if found == nil {
		l.fail("Missing end of raw directive")
	}
	sign := byte(0)
	if found[2] < found[3] {
		sign = l.rest()[found[2]]
	}
	l.addData(l.rest()[:found[0]], sign, true)
	l.skip(found[1])
}
