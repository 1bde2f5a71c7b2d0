package preference

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// turnsOpening is how a list of turns begins.
var turnsOpening = regexp.MustCompile(`^\[\s*\{\s*"(role|content)"\s*:`)

// A cellKind is how a column's cells are read; the first row decides.
type cellKind int

const (
	undecided cellKind = iota
	textCell
	turnsCell
)

// value is a cell as JSON.
func (k *cellKind) value(name, cell string) (json.RawMessage, error) {
	switch name {
	case "objective":
		if cell == "" {
			return json.RawMessage("null"), nil
		}
	case "weight":
		return numberCell(cell)
	}
	trimmed := strings.TrimSpace(cell)
	if strings.HasPrefix(trimmed, "[{'") {
		return nil, errors.New("holds a list as Python prints it ([{'role': …); write it as JSON, in Python with json.dumps")
	}
	if turnsOpening.MatchString(trimmed) && !json.Valid([]byte(trimmed)) {
		return nil, errors.New("begins like a list of turns, but is not JSON; it was perhaps cut off (spreadsheets cut a cell at 32,767 characters)")
	}
	if *k == undecided {
		*k = textCell
		if turnsText(trimmed) {
			*k = turnsCell
		}
	}
	if *k == turnsCell {
		if !json.Valid([]byte(trimmed)) {
			return nil, errors.New("is not JSON, where the first row has a list of turns")
		}
		return json.RawMessage(trimmed), nil
	}
	return json.Marshal(cell)
}

// turnsText reports whether a text is a list of turns, or an empty list.
func turnsText(text string) bool {
	var list []struct{ Role, Content *string }
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil {
		return false
	}
	for _, turn := range list {
		if turn.Role == nil || turn.Content == nil {
			return false
		}
	}
	return true
}

// numberCell is a weight as JSON: an empty cell gives none.
func numberCell(cell string) (json.RawMessage, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return json.RawMessage("null"), nil
	}
	if kindOf([]byte(cell)) != "a number" || !json.Valid([]byte(cell)) {
		return nil, fmt.Errorf("is %.40q; it must be a number", cell)
	}
	return json.RawMessage(cell), nil
}

// plainText refuses what is no text; the error goes on after the cell's name.
func plainText(cell string) error {
	if !utf8.ValidString(cell) {
		return fmt.Errorf("is not UTF-8 at byte %d; save the file as UTF-8", invalidByte([]byte(cell))+1)
	}
	if strings.ContainsRune(cell, 0) {
		return errors.New("holds a NUL character; remove it, or save the file as UTF-8 if it is UTF-16")
	}
	return nil
}
