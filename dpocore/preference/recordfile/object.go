package recordfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
)

// errCutOff marks a record whose JSON ends too early.
var errCutOff = errors.New("the JSON object ends too early")

// Fields are the members of a JSON object, or the cells of a row, as JSON
// that is not yet decoded.
type Fields map[string]json.RawMessage

// parseObject parses the JSON object of one record; unit is its unit. at is the
// byte of an error, or 0.
func parseObject(raw []byte, unit string) (parsed Fields, at int, err error) {
	if !utf8.Valid(raw) {
		at := invalidByte(raw)
		return nil, at, fmt.Errorf("byte %d is not UTF-8; save the file as UTF-8", at+1)
	}
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return nil, at, fmt.Errorf("byte %d is a NUL byte; remove it, or save the file as UTF-8 if it is UTF-16", at+1)
	}
	err = json.Unmarshal(raw, &parsed)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && int(syntax.Offset) >= len(bytes.TrimRight(raw, " \t\r\n")) && strings.Contains(err.Error(), "unexpected end"):
		return nil, len(raw), fmt.Errorf("%w; %s must hold one whole object", errCutOff, withArticle(unit))
	case errors.As(err, &syntax):
		at := max(int(syntax.Offset)-1, 0)
		return nil, at, fmt.Errorf("not JSON at byte %d: %w; %s", at+1, err, remedy(raw[at:], unit))
	case err != nil || parsed == nil:
		return nil, 0, fmt.Errorf("the %s is %s, not a JSON object with \"chosen\" and \"rejected\"", unit, KindOf(raw))
	}
	if members(raw) > len(parsed) {
		name := duplicate(raw)
		return nil, 0, fmt.Errorf("%s occurs twice; remove one", Field.Of(name))
	}
	return parsed, 0, nil
}

// remedy is what to do about text that is not JSON.
func remedy(raw []byte, unit string) string {
	switch {
	case bytes.HasPrefix(raw, []byte("NaN")), bytes.HasPrefix(raw, []byte("Infinity")):
		return "NaN and Infinity are not JSON: write null, in Python with json.dumps(…, allow_nan=False) or df.to_json"
	case bytes.HasPrefix(raw, byteOrderMark):
		return "it is a byte order mark, perhaps because files were joined: remove it, or save the file as UTF-8 without one"
	}
	return withArticle(unit) + " must hold one JSON object"
}

// withArticle returns a unit with "a" or "an".
func withArticle(unit string) string {
	if unit == preference.UnitElement {
		return "an " + unit
	}
	return "a " + unit
}

// members counts the members of a valid JSON object by counting colons.
func members(raw []byte) int {
	count, depth, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ':' && depth == 1:
			count++
		}
	}
	return count
}

// MemberNames returns the names of the members of a valid JSON object, in order.
func MemberNames(raw []byte) []string {
	var list []string
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.Token() // the opening brace
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		list = append(list, fmt.Sprint(name))
	}
	return list
}

// duplicate returns the first name that occurs twice.
func duplicate(raw []byte) string {
	seen := map[string]bool{}
	for _, name := range MemberNames(raw) {
		if seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}

// invalidByte returns the index of the first byte that is not UTF-8.
func invalidByte(line []byte) int {
	at := 0
	for at < len(line) {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// KindOf returns the type of a JSON value with its article: "a string".
func KindOf(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '"':
		return "a string"
	case '[':
		return "a list"
	case '{':
		return "an object"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
