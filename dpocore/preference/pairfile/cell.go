package pairfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// turnsOpening matches the beginning of a list of turns.
var turnsOpening = regexp.MustCompile(`^\[\s*\{\s*"(role|content)"\s*:`)

// A cellKind is how the cells of a column are parsed; the first row decides.
type cellKind int

const (
	undecided cellKind = iota
	textCell
	turnsCell
)

// value converts a cell to JSON.
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
			return nil, errors.New("is not JSON, but the first row has a list of turns")
		}
		return json.RawMessage(trimmed), nil
	}
	return json.Marshal(cell)
}

// turnsText reports whether a text is a list of turns, which may be empty.
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

// numberCell converts a weight to JSON; an empty cell has none.
func numberCell(cell string) (json.RawMessage, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return json.RawMessage("null"), nil
	}
	if recordfile.KindOf([]byte(cell)) != "a number" || !json.Valid([]byte(cell)) {
		return nil, fmt.Errorf("is %.40q; it must be a number", cell)
	}
	return json.RawMessage(cell), nil
}
