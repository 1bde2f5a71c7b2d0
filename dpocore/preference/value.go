package preference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// text decodes a string; label names it in errors, as in: field "chosen".
func text(raw json.RawMessage, label string) (string, error) {
	var s string
	if kindOf(raw) != "a string" {
		return "", fmt.Errorf("%s is %s; it must be a string", label, kindOf(raw))
	}
	if plain := bytes.TrimSpace(raw); len(plain) > 1 && bytes.IndexByte(plain, '\\') < 0 {
		return string(plain[1 : len(plain)-1]), nil // of a record that was found to be JSON, as most texts are
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%s: %w", label, err)
	}
	if strings.ContainsRune(s, 0) {
		return "", fmt.Errorf("%s holds a NUL character (\\u0000); remove it", label)
	}
	if half := halfSurrogate(raw); half != "" {
		return "", fmt.Errorf("%s holds %s, half of a surrogate pair, which is no character; remove it", label, half)
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

// turns decodes a list of {"role", "content"} objects that stands in the
// named part of a record.
func turns(raw json.RawMessage, name string, word noun) ([]Turn, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s is %s; it must be a list of turns", word.of(name), kindOf(raw))
	}
	result := make([]Turn, len(list))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", name, i)
		var turn fields
		if kindOf(item) != "an object" || json.Unmarshal(item, &turn) != nil {
			return nil, fmt.Errorf("%s is %s; a turn is an object with \"role\" and \"content\"", word.of(at), kindOf(item))
		}
		var err error
		if result[i], err = oneTurn(turn, at, word); err != nil {
			return nil, err
		}
	}
	return result, nil
}

var roles = []string{"system", "user", "assistant"}

// oneTurn decodes the turn that stands at the place named at.
func oneTurn(record fields, at string, word noun) (turn Turn, err error) {
	for _, key := range []string{"role", "content"} {
		if record[key] == nil {
			return turn, fmt.Errorf("%s is missing; a turn has \"role\" and \"content\"", word.of(at+"."+key))
		}
	}
	if turn.Role, err = text(record["role"], word.of(at+".role")); err != nil {
		return turn, err
	}
	known := slices.Index(roles, turn.Role)
	if known < 0 {
		return turn, fmt.Errorf("%s is %q; roles are system, user and assistant", word.of(at+".role"), turn.Role)
	}
	turn.Role = roles[known] // one string for all turns
	turn.Content, err = text(record["content"], word.of(at+".content"))
	return turn, err
}

// options decodes the two fields that any record may have.
func options(record fields, word noun, into *Pair) error {
	into.Weight = 1
	if raw, ok := record["objective"]; ok && kindOf(raw) != "null" {
		var err error
		if into.Objective, err = text(raw, word.of("objective")); err != nil {
			return err
		}
	}
	if raw, ok := record["weight"]; ok && kindOf(raw) != "null" {
		if kindOf(raw) != "a number" {
			return fmt.Errorf("%s is %s; it must be a number", word.of("weight"), kindOf(raw))
		}
		err := json.Unmarshal(raw, &into.Weight)
		if err != nil || into.Weight < 0 || math.IsInf(into.Weight, 0) {
			return fmt.Errorf("%s is %s; it must be a number from 0 up", word.of("weight"), raw)
		}
	}
	return nil
}
