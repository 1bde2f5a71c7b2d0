package preference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A form says which columns the records of a file have, and of which type.
type form struct {
	at         place   // of the record that the form was read from
	columns    Columns // the names that stand for prompt, chosen and rejected
	word       noun
	prompt     string // as kindOf names it, or "missing"
	answers    string
	transcript bool // raw text with Human and Assistant markers
}

// formOf returns the form of a record.
func formOf(record fields, columns Columns, word noun) (form, error) {
	found := form{columns: columns, word: word, prompt: "missing"}
	for _, name := range []string{columns.Chosen, columns.Rejected} {
		raw, ok := record[name]
		if !ok {
			return form{}, fmt.Errorf("%s is missing; every record needs %q and %q", word.of(name), columns.Chosen, columns.Rejected)
		}
		if err := textOrList(raw, name, word); err != nil {
			return form{}, err
		}
	}
	found.answers = kindOf(record[columns.Chosen])
	if other := kindOf(record[columns.Rejected]); other != found.answers {
		return form{}, fmt.Errorf("%s is %s where %q is %s; both must be of one type", word.of(columns.Rejected), other, columns.Chosen, found.answers)
	}
	if found.answers == "a string" {
		found.transcript = isTranscript(beginning(record[columns.Chosen]))
	}
	if raw, ok := record[columns.prompt()]; ok && (columns.Prompt != "" || word == field) {
		if err := textOrList(raw, columns.prompt(), word); err != nil {
			return form{}, err
		}
		found.prompt = kindOf(raw)
		if found.transcript { // such answers repeat their prompt, if it is a text and they begin with the user
			found.transcript = found.prompt == "a string" && strings.HasPrefix(beginning(record[columns.Chosen]), humanMarker)
		}
	}
	return found, nil
}

// beginning decodes a string that may begin with a marker of a transcript, so
// with an escaped line end; "" is any other.
func beginning(raw json.RawMessage) (decoded string) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"\`)) {
		json.Unmarshal(raw, &decoded) // what is no string begins with nothing
	}
	return decoded
}

// textOrList refuses every other JSON type.
func textOrList(raw json.RawMessage, name string, word noun) error {
	if kind := kindOf(raw); kind != "a string" && kind != "a list" {
		return fmt.Errorf("%s is %s; it must be a string or a list of turns", word.of(name), kind)
	}
	return nil
}

// check compares a record's form with that of the first record.
func (f *form) check(found form) error {
	label := f.word.of(f.columns.Chosen)
	same := fmt.Sprintf("and all %ss must have the same", f.at.unit)
	switch {
	case f.prompt != found.prompt && found.prompt == "missing":
		return fmt.Errorf("%s is missing; %s has it, %s %ss", f.word.of(f.columns.prompt()), f.at, same, f.word)
	case f.prompt != found.prompt:
		return fmt.Errorf("%s is %s; in %s it is %s, %s %ss", f.word.of(f.columns.prompt()), found.prompt, f.at, f.prompt, same, f.word)
	case f.answers != found.answers:
		return fmt.Errorf("%s is %s; in %s it is %s, %s form", label, found.answers, f.at, f.answers, same)
	case f.transcript && !found.transcript:
		return fmt.Errorf("%s does not begin with %q as in %s, %s form", label, humanMarker, f.at, same)
	}
	return nil
}

// pair decodes a record's pair. A reason is given where there is none to
// learn from.
func (f *form) pair(record fields) (pair Pair, reason string, err error) {
	if err := options(record, f.word, &pair); err != nil {
		return pair, "", err
	}
	if f.answers == "a list" {
		return f.conversation(record, pair)
	}
	if pair.Chosen, err = text(record[f.columns.Chosen], f.word.of(f.columns.Chosen)); err != nil {
		return pair, "", err
	}
	if pair.Rejected, err = text(record[f.columns.Rejected], f.word.of(f.columns.Rejected)); err != nil {
		return pair, "", err
	}
	switch {
	case f.transcript:
		return f.fromTranscripts(pair)
	case f.prompt == "missing":
		reason = pair.takeCommonBeginning()
	default:
		pair.Prompt, err = f.promptTurns(record)
	}
	return pair, reason, err
}

// promptTurns decodes a prompt of its own: turns, a transcript, or a text of
// the user's.
func (f *form) promptTurns(record fields) ([]Turn, error) {
	switch f.prompt {
	case "a list":
		return turns(record[f.columns.Prompt], f.columns.Prompt, f.word)
	case "a string":
		prompt, err := text(record[f.columns.Prompt], f.word.of(f.columns.Prompt))
		if strings.HasPrefix(prompt, humanMarker) {
			return promptTranscript(prompt), err
		}
		return []Turn{{Role: "user", Content: prompt}}, err
	}
	return nil, nil
}

// conversation decodes answers that are lists of turns. Whether the prompt
// stands by itself or opens both lists, all turns but the last must agree;
// they are the prompt. A prompt that is a string beside lists of several
// turns repeats what the lists begin with, as TRL reads it, and is passed
// over.
func (f *form) conversation(record fields, pair Pair) (Pair, string, error) {
	chosen, err := turns(record[f.columns.Chosen], f.columns.Chosen, f.word)
	if err != nil {
		return pair, "", err
	}
	rejected, err := turns(record[f.columns.Rejected], f.columns.Rejected, f.word)
	if err != nil {
		return pair, "", err
	}
	prompt, err := f.promptTurns(record)
	if err != nil {
		return pair, "", err
	}
	if f.prompt == "a string" && (len(chosen) > 1 || len(rejected) > 1) {
		prompt = nil
	}
	if len(chosen) == 0 || len(rejected) == 0 {
		return pair, EmptyAnswer, nil
	}
	return pair, pair.setAnswers(append(slices.Clone(prompt), chosen...), append(slices.Clone(prompt), rejected...)), nil
}

// setAnswers fills the pair from two whole conversations, both of at least
// one turn, or returns the reason why they make none.
func (p *Pair) setAnswers(chosen, rejected []Turn) (reason string) {
	c, r := len(chosen)-1, len(rejected)-1
	switch {
	case !slices.Equal(chosen[:c], rejected[:r]):
		return DifferentPrompts
	case chosen[c].Role != "assistant" || rejected[r].Role != "assistant":
		return NotAssistant
	}
	p.Prompt, p.Chosen, p.Rejected = chosen[:c], chosen[c].Content, rejected[r].Content
	return ""
}

// takeCommonBeginning cuts the longest common beginning off both answers and
// makes it the prompt. As in TRL's extract_prompt, a space before the first
// difference stays with the answers.
func (p *Pair) takeCommonBeginning() (reason string) {
	if p.Chosen == p.Rejected {
		return EqualAnswers
	}
	at := 0
	for at < len(p.Chosen) && at < len(p.Rejected) {
		c, size := utf8.DecodeRuneInString(p.Chosen[at:])
		r, _ := utf8.DecodeRuneInString(p.Rejected[at:])
		if c != r {
			break
		}
		at += size
	}
	if at == 0 {
		return DifferentPrompts
	}
	if p.Chosen[at-1] == ' ' {
		at--
	}
	p.Prompt = []Turn{{Role: "user", Content: p.Chosen[:at]}}
	p.Chosen, p.Rejected = p.Chosen[at:], p.Rejected[at:]
	return ""
}

// fault returns the reason why nothing can be learnt from the pair, or "".
func (p *Pair) fault() string {
	switch {
	case !slices.ContainsFunc(p.Prompt, func(t Turn) bool { return strings.TrimSpace(t.Content) != "" }):
		return NoPrompt
	case strings.TrimSpace(p.Chosen) == "" || strings.TrimSpace(p.Rejected) == "":
		return EmptyAnswer
	case p.Chosen == p.Rejected:
		return EqualAnswers
	}
	return ""
}
