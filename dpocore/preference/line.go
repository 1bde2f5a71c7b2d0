package preference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// errCutOff marks a line whose JSON ends too early.
var errCutOff = errors.New("the JSON object ends too early; a line must hold one whole object")

// fields are the members of a line's JSON object, not yet decoded.
type fields map[string]json.RawMessage

// parseLine takes one line apart.
func parseLine(line []byte) (fields, error) {
	if !utf8.Valid(line) {
		return nil, fmt.Errorf("byte %d is not UTF-8; save the file as UTF-8", invalidByte(line)+1)
	}
	if at := bytes.IndexByte(line, 0); at >= 0 {
		return nil, fmt.Errorf("byte %d is a NUL byte; remove it, or save the file as UTF-8 if it is UTF-16", at+1)
	}
	var parsed fields
	err := json.Unmarshal(line, &parsed)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && int(syntax.Offset) >= len(bytes.TrimRight(line, " \t\r\n")) && strings.Contains(err.Error(), "unexpected end"):
		return nil, errCutOff
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("not JSON at byte %d: %w; a line must hold one JSON object", syntax.Offset, err)
	case err != nil || parsed == nil:
		return nil, fmt.Errorf("the line is %s, not a JSON object with \"chosen\" and \"rejected\"", kindOf(line))
	}
	return parsed, nil
}

// invalidByte returns the position of the first byte that is not UTF-8.
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

// kindOf names the type of a JSON value, with its article.
func kindOf(raw []byte) string {
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

// text decodes a string; name is the field's, for errors.
func text(raw json.RawMessage, name string) (string, error) {
	var s string
	if kindOf(raw) != "a string" {
		return "", fmt.Errorf("field %q is %s; it must be a string", name, kindOf(raw))
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("field %q: %w", name, err)
	}
	if strings.ContainsRune(s, 0) {
		return "", fmt.Errorf("field %q holds a NUL character (\\u0000); remove it", name)
	}
	if half := halfSurrogate(raw); half != "" {
		return "", fmt.Errorf("field %q holds %s, half of a surrogate pair, which is no character; remove it", name, half)
	}
	return s, nil
}

// halfSurrogate returns the first escape of a UTF-16 surrogate in a JSON
// string that lacks its other half, or "".
func halfSurrogate(raw []byte) string {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first := escaped(raw[i:])
		switch {
		case first >= 0xD800 && first < 0xDC00:
			if second := escaped(raw[i+6:]); second < 0xDC00 || second > 0xDFFF {
				return string(raw[i : i+6])
			}
			i += 11
		case first >= 0xDC00 && first <= 0xDFFF:
			return string(raw[i : i+6])
		default:
			i++ // the character after the backslash, which may be one too
		}
	}
	return ""
}

// escaped returns the code of the \uXXXX that raw begins with, or -1.
func escaped(raw []byte) int {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return -1
	}
	code, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(code)
}

// turns decodes a list of {"role", "content"} objects.
func turns(raw json.RawMessage, name string) ([]Turn, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("field %q is %s; it must be a list of turns", name, kindOf(raw))
	}
	result := make([]Turn, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", name, i)
		var turn fields
		if kindOf(item) != "an object" || json.Unmarshal(item, &turn) != nil {
			return nil, fmt.Errorf("field %q is %s; a turn is an object with \"role\" and \"content\"", at, kindOf(item))
		}
		var err error
		if result[i], err = oneTurn(turn, at); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// oneTurn decodes the turn that stands at the place named at.
func oneTurn(line fields, at string) (turn Turn, err error) {
	for _, key := range []string{"role", "content"} {
		if line[key] == nil {
			return turn, fmt.Errorf("field \"%s.%s\" is missing; a turn has \"role\" and \"content\"", at, key)
		}
	}
	if turn.Role, err = text(line["role"], at+".role"); err != nil {
		return turn, err
	}
	switch turn.Role {
	case "system", "user", "assistant":
	default:
		return turn, fmt.Errorf("field \"%s.role\" is %q; roles are system, user and assistant", at, turn.Role)
	}
	turn.Content, err = text(line["content"], at+".content")
	return turn, err
}

// options decodes the two fields that any line may have.
func options(line fields, into *Pair) error {
	into.Weight = 1
	if raw, ok := line["objective"]; ok && kindOf(raw) != "null" {
		var err error
		if into.Objective, err = text(raw, "objective"); err != nil {
			return err
		}
	}
	if raw, ok := line["weight"]; ok && kindOf(raw) != "null" {
		if kindOf(raw) != "a number" {
			return fmt.Errorf("field \"weight\" is %s; it must be a number", kindOf(raw))
		}
		err := json.Unmarshal(raw, &into.Weight)
		if err != nil || into.Weight < 0 || math.IsInf(into.Weight, 0) {
			return fmt.Errorf("field \"weight\" is %s; it must be a number from 0 up", raw)
		}
	}
	return nil
}
