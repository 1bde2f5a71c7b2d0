package recordfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text decodes a JSON string; label names it in errors, as in: field "chosen".
func Text(raw json.RawMessage, label string) (string, error) {
	var s string
	if KindOf(raw) != "a string" {
		return "", fmt.Errorf("%s is %s; it must be a string", label, KindOf(raw))
	}
	if plain := bytes.TrimSpace(raw); len(plain) > 1 && bytes.IndexByte(plain, '\\') < 0 {
		return string(plain[1 : len(plain)-1]), nil // the usual case: the record is valid JSON and this string has no escapes
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

// halfSurrogate returns the first escape in a JSON string that is half of a
// UTF-16 surrogate pair, or "".
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

// escaped returns the code of the \uXXXX at the beginning of raw, or -1.
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

// checkText refuses text that is not UTF-8 or has a NUL character. Its error
// continues a sentence that starts with the name of the cell.
func checkText(cell string) error {
	if !utf8.ValidString(cell) {
		return fmt.Errorf("is not UTF-8 at byte %d; save the file as UTF-8", invalidByte([]byte(cell))+1)
	}
	if strings.ContainsRune(cell, 0) {
		return errors.New("holds a NUL character; remove it, or save the file as UTF-8 if it is UTF-16")
	}
	return nil
}
