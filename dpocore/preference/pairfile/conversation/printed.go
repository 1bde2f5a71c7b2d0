// Package conversation reads conversations that a file has as text: turns printed as JSON, and transcripts with a marker before
// each turn.
package conversation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

var (
	// turnsOpening matches the beginning of a list of turns in JSON.
	turnsOpening = regexp.MustCompile(`^\[\s*\{\s*"(role|content|from)"\s*:`)

	// roleOpening matches the beginning of a list whose first element has a role.
	roleOpening = regexp.MustCompile(`^\[\s*\{\s*"(role|from)"\s*:\s*"(system|user|assistant|human|gpt)"`)

	// pythonOpening matches the beginning of turns as Python or numpy prints them.
	pythonTexts = regexp.MustCompile(`(?s)^\['.*'\]$`) // a list of texts in Python

	pythonOpening = regexp.MustCompile(`^(array\()?\[?\s*\{\s*'(role|content|from|value)'\s*:`)
)

// A Printing is what the texts of a column hold; the first record decides.
type Printing int

const (
	undecided Printing = iota
	plainText
	printedTurns // turns, printed as JSON
)

// Turns replaces the texts of some columns by the turns that they hold as JSON.
func (p *Printing) Turns(record recordfile.Fields, part recordfile.Noun, names ...string) error {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = Opening(record[name])
		if fault := badPrinting(texts[i]); fault != nil {
			return fmt.Errorf("%s %w", part.Of(name), fault)
		}
		if *p == undecided && IsTurns(texts[i]) {
			*p = printedTurns
		}
	}
	if *p == undecided && recordfile.KindOf(record[names[0]]) == "a string" {
		*p = plainText
	}
	for i, name := range names {
		switch {
		case recordfile.KindOf(record[name]) != "a string":
		case *p == printedTurns && !json.Valid([]byte(texts[i])):
			return fmt.Errorf("%s is not JSON, but the first record has a list of turns", part.Of(name))
		case *p == printedTurns:
			record[name] = json.RawMessage(texts[i])
		case IsTurns(texts[i]):
			return fmt.Errorf("%s holds a list of turns, but the first record has text; write all of them in one form", part.Of(name))
		}
	}
	return nil
}

// Opening decodes a string if it may be printed turns, without white space
// around it. It returns "" for any other value.
func Opening(raw json.RawMessage) string {
	inside, quoted := bytes.CutPrefix(bytes.TrimSpace(raw), []byte(`"`))
	if inside = bytes.TrimLeft(inside, " "); !quoted || len(inside) == 0 || bytes.IndexByte([]byte(`[{a\`), inside[0]) < 0 {
		return ""
	}
	text, err := recordfile.Text(raw, "")
	if err != nil {
		return "" // reported where the text is decoded
	}
	return strings.TrimSpace(text)
}

// badPrinting refuses turns that are printed as anything but JSON.
func badPrinting(text string) error {
	switch {
	case pythonOpening.MatchString(text) || pythonTexts.MatchString(text):
		return errors.New("holds a list as Python prints it ([{'role': … or ['…); write it as JSON, in Python with json.dumps")
	case turnsOpening.MatchString(text) && !json.Valid([]byte(text)):
		return errors.New("begins like a list of turns, but is not JSON; it was perhaps cut off (spreadsheets cut a cell at 32,767 characters)")
	case roleOpening.MatchString(text) && !IsTurns(text):
		return errors.New("is a text that begins like a list of turns, but not every element has \"role\" and \"content\"")
	}
	return nil
}

// IsTurns reports whether a text is a turn or a list of turns, in JSON.
func IsTurns(text string) bool {
	if strings.HasPrefix(text, "{") {
		text = "[" + text + "]"
	}
	var list []struct{ Role, Content, From, Value json.RawMessage }
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil {
		return false
	}
	for _, turn := range list {
		if (turn.Role == nil || turn.Content == nil) && (turn.From == nil || turn.Value == nil) {
			return false
		}
	}
	return len(list) > 0
}

// Texts returns a list of texts, which a table has as JSON; null is an empty text. ok is false for any other value.
func Texts(raw json.RawMessage) (texts []string, ok bool) {
	if text := Opening(raw); text != "" {
		raw = json.RawMessage(text)
	}
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &texts) != nil {
		return nil, false
	}
	return texts, len(texts) > 0
}
