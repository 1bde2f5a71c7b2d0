// Package explain words errors for people: as one line, without the terms of Go's JSON decoder, and with what to do about errors
// of the system that say only what is wrong.
package explain

import (
	"os"
	"regexp"
	"strings"

	"example.com/gonb-dpo/internal/disk"
)

// typeError matches the decoder's error for a value of a wrong type: the value's type, the field and Go's type.
var typeError = regexp.MustCompile(`json: cannot unmarshal (\S+)(?: \S+)? into Go (?:struct field [^.\s]*\.(\S+)|value) of type (struct \{.*|\S*[^\s;])`)

// Error returns the error's message as one line.
func Error(err error) string {
	text := strings.TrimSpace(err.Error())
	text = strings.ReplaceAll(text, "\n", "; ") // errors.Join separates errors by newlines
	text = typeError.ReplaceAllStringFunc(text, func(match string) string {
		parts := typeError.FindStringSubmatch(match)
		field := "it"
		if parts[2] != "" {
			field = `the field "` + parts[2] + `"`
		}
		return field + " is " + article(parts[1]) + ", where " + article(kindOf(parts[3])) + " belongs"
	})
	text = strings.ReplaceAll(text, "unexpected end of JSON input", "the JSON ends too early")
	if _, err := os.Getwd(); err != nil {
		text += "; the current directory has been deleted: change to another one"
	}
	if remedy := disk.Remedy(err); remedy != "" && !strings.Contains(text, "; ") {
		text += "; " + remedy
	}
	return text
}

// kindOf is the type in JSON that a Go type is read from.
func kindOf(goType string) string {
	switch bare := strings.TrimPrefix(goType, "*"); {
	case strings.HasPrefix(bare, "[]"):
		return "array"
	case bare == "string", bare == "bool":
		return bare
	case strings.HasPrefix(bare, "int"), strings.HasPrefix(bare, "uint"):
		return "whole number"
	case strings.HasPrefix(bare, "float"):
		return "number"
	}
	return "object"
}

func article(kind string) string {
	switch kind {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	}
	return "a " + kind
}
