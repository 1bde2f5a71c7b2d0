package pairfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A form is the columns of the records of a file and their types.
type form struct {
	at         recordfile.Place   // of the record that has this form
	columns    preference.Columns // the names of prompt, chosen and rejected
	part       recordfile.Noun
	prompt     string // as returned by recordfile.KindOf, or "missing"
	answers    string
	transcript bool // text with Human and Assistant markers
}

// formOf returns the form of a record.
func formOf(record recordfile.Fields, columns preference.Columns, part recordfile.Noun) (form, error) {
	found := form{columns: columns, part: part, prompt: "missing"}
	for _, name := range []string{columns.Chosen, columns.Rejected} {
		raw, ok := record[name]
		if !ok {
			return form{}, fmt.Errorf("%s is missing; every record needs %q and %q", part.Of(name), columns.Chosen, columns.Rejected)
		}
		if err := textOrList(raw, name, part); err != nil {
			return form{}, err
		}
	}
	found.answers = recordfile.KindOf(record[columns.Chosen])
	if other := recordfile.KindOf(record[columns.Rejected]); other != found.answers {
		return form{}, fmt.Errorf("%s is %s where %q is %s; both must be of one type", part.Of(columns.Rejected), other, columns.Chosen, found.answers)
	}
	if found.answers == "a string" {
		found.transcript = isTranscript(beginning(record[columns.Chosen]))
	}
	if raw, ok := record[promptName(columns)]; ok && (columns.Prompt != "" || part == recordfile.Field) {
		if err := textOrList(raw, promptName(columns), part); err != nil {
			return form{}, err
		}
		found.prompt = recordfile.KindOf(raw)
		if found.transcript { // such answers include the prompt, if it is a string and they start with the user
			found.transcript = found.prompt == "a string" && strings.HasPrefix(beginning(record[columns.Chosen]), humanMarker)
		}
	}
	return found, nil
}

// beginning decodes a string that may start with the marker of a transcript,
// and so with an escaped newline. It returns "" for any other.
func beginning(raw json.RawMessage) (decoded string) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"\`)) {
		json.Unmarshal(raw, &decoded) // on an error decoded is ""
	}
	return decoded
}

// textOrList refuses every other JSON type.
func textOrList(raw json.RawMessage, name string, part recordfile.Noun) error {
	if kind := recordfile.KindOf(raw); kind != "a string" && kind != "a list" {
		return fmt.Errorf("%s is %s; it must be a string or a list of turns", part.Of(name), kind)
	}
	return nil
}

// check compares a record's form with that of the first record.
func (f *form) check(found form) error {
	label := f.part.Of(f.columns.Chosen)
	same := fmt.Sprintf("and all %ss must have the same", f.at.Unit)
	switch {
	case f.prompt != found.prompt && found.prompt == "missing":
		return fmt.Errorf("%s is missing; %s has it, %s %ss", f.part.Of(promptName(f.columns)), f.at, same, f.part)
	case f.prompt != found.prompt:
		return fmt.Errorf("%s is %s; in %s it is %s, %s %ss", f.part.Of(promptName(f.columns)), found.prompt, f.at, f.prompt, same, f.part)
	case f.answers != found.answers:
		return fmt.Errorf("%s is %s; in %s it is %s, %s form", label, found.answers, f.at, f.answers, same)
	case f.transcript && !found.transcript:
		return fmt.Errorf("%s does not begin with %q as in %s, %s form", label, humanMarker, f.at, same)
	}
	return nil
}

// pair returns the pair of a record, or the reason why there is nothing to
// learn from it.
func (f *form) pair(record recordfile.Fields) (pair preference.Pair, reason string, err error) {
	if err := options(record, f.part, &pair); err != nil {
		return pair, "", err
	}
	if f.answers == "a list" {
		return f.conversation(record, pair)
	}
	if pair.Chosen, err = recordfile.Text(record[f.columns.Chosen], f.part.Of(f.columns.Chosen)); err != nil {
		return pair, "", err
	}
	if pair.Rejected, err = recordfile.Text(record[f.columns.Rejected], f.part.Of(f.columns.Rejected)); err != nil {
		return pair, "", err
	}
	switch {
	case f.transcript:
		return f.fromTranscripts(pair)
	case f.prompt == "missing":
		reason = splitCommonPrefix(&pair)
	default:
		pair.Prompt, err = f.promptTurns(record)
	}
	return pair, reason, err
}

// promptTurns decodes the prompt column: turns, a transcript, or a text by the
// user.
func (f *form) promptTurns(record recordfile.Fields) ([]preference.Turn, error) {
	switch f.prompt {
	case "a list":
		return turns(record[f.columns.Prompt], f.columns.Prompt, f.part)
	case "a string":
		prompt, err := recordfile.Text(record[f.columns.Prompt], f.part.Of(f.columns.Prompt))
		if strings.HasPrefix(prompt, humanMarker) {
			return promptTranscript(prompt), err
		}
		return preference.User(prompt), err
	}
	return nil, nil
}

// conversation decodes answers that are lists of turns. All turns but the last
// must be the same in both; with the prompt column before them they are the
// prompt. Beside lists of several turns a prompt that is a string repeats their
// beginning and is ignored, as in TRL.
func (f *form) conversation(record recordfile.Fields, pair preference.Pair) (preference.Pair, string, error) {
	chosen, err := turns(record[f.columns.Chosen], f.columns.Chosen, f.part)
	if err != nil {
		return pair, "", err
	}
	rejected, err := turns(record[f.columns.Rejected], f.columns.Rejected, f.part)
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
		return pair, preference.EmptyAnswer, nil
	}
	return pair, setAnswers(&pair, append(slices.Clone(prompt), chosen...), append(slices.Clone(prompt), rejected...)), nil
}

// setAnswers sets prompt and answers from two whole conversations, both with at
// least one turn, or returns the reason why they make no pair.
func setAnswers(p *preference.Pair, chosen, rejected []preference.Turn) (reason string) {
	c, r := len(chosen)-1, len(rejected)-1
	switch {
	case !slices.Equal(chosen[:c], rejected[:r]):
		return preference.DifferentPrompts
	case chosen[c].Role != "assistant" || rejected[r].Role != "assistant":
		return preference.NotAssistant
	}
	p.Prompt, p.Chosen, p.Rejected = chosen[:c], chosen[c].Content, rejected[r].Content
	return ""
}

// splitCommonPrefix makes the longest common prefix of both answers the prompt.
// As in TRL's extract_prompt, a space before the first difference stays with
// the answers.
func splitCommonPrefix(p *preference.Pair) (reason string) {
	if p.Chosen == p.Rejected {
		return preference.EqualAnswers
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
		return preference.DifferentPrompts
	}
	if p.Chosen[at-1] == ' ' {
		at--
	}
	p.Prompt = preference.User(p.Chosen[:at])
	p.Chosen, p.Rejected = p.Chosen[at:], p.Rejected[at:]
	return ""
}
