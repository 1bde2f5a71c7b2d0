package syntax

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// inside reads the tokens of a tag up to its end.
func (l *lexer) inside(closing kind, closer string) {
	var brackets []byte
	for l.at < len(l.source) {
		l.skip(len(spacePattern.FindString(l.rest())))
		rest := l.rest()
		if len(brackets) == 0 {
			if n := closeLength(rest, closer); n > 0 {
				l.add(closing, "", nil)
				l.skip(n)
				switch {
				case rest[0] == '-':
					l.skip(len(spacePattern.FindString(l.rest())))
				case closing == blockEnd && rest[0] != '+' && strings.HasPrefix(l.rest(), "\n"):
					l.skip(1)
				}
				return
			}
		}
		if rest == "" {
			break
		}
		brackets = l.token(rest, brackets)
	}
	l.fail("unexpected end of template, expected '%s'", closer)
}

// closeLength returns the length of the end of a tag, or 0.
func closeLength(rest, closer string) int {
	switch {
	case strings.HasPrefix(rest, closer):
		return 2
	case strings.HasPrefix(rest, "-"+closer) || closer == "%}" && strings.HasPrefix(rest, "+"+closer):
		return 3
	}
	return 0
}

// token reads one token, and returns the open brackets.
func (l *lexer) token(rest string, brackets []byte) []byte {
	previous := byte(0)
	if l.at > 0 {
		previous = l.source[l.at-1]
	}
	switch {
	case previous != '.' && floatPattern.MatchString(rest):
		found := floatPattern.FindString(rest)
		f, _ := strconv.ParseFloat(strings.ReplaceAll(found, "_", ""), 64)
		l.add(literal, found, f)
		l.skip(len(found))
	case integerPattern.MatchString(rest):
		found := integerPattern.FindString(rest)
		l.add(literal, found, integer(found))
		l.skip(len(found))
	case namePattern.MatchString(rest):
		found := namePattern.FindString(rest)
		if !isIdentifier(found) {
			l.fail("Invalid character in identifier %q", found)
		}
		l.add(name, found, nil)
		l.skip(len(found))
	case stringPattern.MatchString(rest):
		found := stringPattern.FindString(rest)
		l.add(literal, found, l.unescape(found[1:len(found)-1]))
		l.skip(len(found))
	default:
		return l.operator(rest, brackets)
	}
	return brackets
}

func isIdentifier(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && !unicode.Is(unicode.Nl, r) && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc)) {
			return false
		}
	}
	return true
}

func (l *lexer) operator(rest string, brackets []byte) []byte {
	for _, o := range operators {
		if !strings.HasPrefix(rest, o) {
			continue
		}
		switch o {
		case "(", "[", "{":
			brackets = append(brackets, map[string]byte{"(": ')', "[": ']', "{": '}'}[o])
		case ")", "]", "}":
			if len(brackets) == 0 {
				l.fail("unexpected '%s'", o)
			}
			if expected := brackets[len(brackets)-1]; expected != o[0] {
				l.fail("unexpected '%s', expected '%c'", o, expected)
			}
			brackets = brackets[:len(brackets)-1]
		}
		l.add(operator, o, nil)
		l.skip(len(o))
		return brackets
	}
	r, _ := utf8.DecodeRuneInString(rest)
	l.fail("unexpected character %q", r)
	return nil
}

// integer returns the value of an integer literal.
func integer(text string) python.Value {
	i, _ := new(big.Int).SetString(strings.ReplaceAll(text, "_", ""), 0)
	if i == nil {
		i = new(big.Int)
	}
	if i.IsInt64() {
		return int(i.Int64())
	}
	return i
}

// unescape returns the value of a text literal.
func (l *lexer) unescape(body string) string {
	var out strings.Builder
	for body != "" {
		at := strings.IndexByte(body, '\\')
		if at < 0 {
			break
		}
		out.WriteString(body[:at])
		body = body[at+1:]
		body = body[l.escape(body, &out):]
	}
	out.WriteString(body)
	return out.String()
}

var octalPattern = regexp.MustCompile(`^[0-7]{1,3}`)

// escape writes the character of an escape sequence and returns the sequence's length.
func (l *lexer) escape(body string, out *strings.Builder) int {
	const simple, values = `\'"abfnrtv`, "\\'\"\a\b\f\n\r\t\v"
	c := body[0]
	if i := strings.IndexByte(simple, c); i >= 0 {
		out.WriteByte(values[i])
		return 1
	}
	if c == '\n' {
		return 1
	}
	if octal := octalPattern.FindString(body); octal != "" {
		code, _ := strconv.ParseInt(octal, 8, 32)
		out.WriteRune(rune(code))
		return len(octal)
	}
	n, ok := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if !ok {
		if c == 'N' {
			l.fail(`\N in a text is not supported`)
		}
		out.WriteByte('\\')
		return 0
	}
	if len(body) <= n {
		l.fail(`truncated \%cXX escape`, c)
	}
	code, err := strconv.ParseUint(body[1:1+n], 16, 32)
	if err != nil || code > utf8.MaxRune || code >= 0xd800 && code < 0xe000 {
		l.fail(`the escape \%s is no character`, body[:1+n])
	}
	out.WriteRune(rune(code))
	return 1 + n
}
