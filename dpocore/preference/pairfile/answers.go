package pairfile

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// Fields of records with one answer.
const (
	promptField     = "prompt"
	completionField = "completion"
	messagesField   = "messages"
	systemField     = "system"
)

// judged are fields that say whether an answer is good.
var judged = []string{"label", "labels", "kto_tag", "rating", "feedback"}

// ReadAnswers reads a file whose records have one answer each, for fine-tuning, in one of these forms:
//
//	{"prompt": "Why?", "completion": "Because …"}
//	{"prompt": [turns], "completion": [turns]}
//	{"messages": [turns]}
//
// The answer is the completion, or the last turn, which must be the assistant's; "system" may hold a system turn. The set's pairs are single: see
// preference.Pair. Errors are those of [ReadFile].
func ReadAnswers(path string) (*preference.Set, error) {
	file, err := recordfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAnswers(file, path)
}

func readAnswers(r io.Reader, source string) (*preference.Set, error) {
	set := &preference.Set{Source: source}
	collected := &answers{collector: collector{set: set}}
	if err := recordfile.Read(r, collected); err != nil {
		return nil, fmt.Errorf("%s%w", source, err)
	}
	if len(set.Pairs) == 0 {
		return nil, fmt.Errorf("%s: no answer is left to learn from (%s); check that every record has a prompt and an answer", source, set.Report())
	}
	collected.finish()
	return set, nil
}

// answers makes single pairs of the records of a file. It is a recordfile.Consumer.
type answers struct {
	collector
	printed conversation.Printing // the completions or messages
}

// Header refuses a table without the columns of an answer before any row is read.
func (a *answers) Header(names []string) error {
	a.header = true
	if err := a.check(names); err != nil {
		return fmt.Errorf(", line 1: %w", err)
	}
	return nil
}

// check returns an error unless the names of a record include those of an answer.
func (a *answers) check(names []string) error {
	has := func(name string) bool { return slices.Contains(names, name) }
	switch {
	case has(messagesField), has(promptField) && has(completionField):
		return nil
	case has("chosen") && has("rejected"):
		return fmt.Errorf("these are preference pairs; to fine-tune on their chosen answers: dpo sft --chosen --data %s", layout.Argument(a.set.Source))
	}
	return fmt.Errorf("fine-tuning needs the %ss %q and %q, or %q; here are %s", a.part, promptField, completionField, messagesField, wording.Names(names))
}

// Needs reports whether a column is used, or refused if it has a value.
func (a *answers) Needs(name string) bool {
	_, refused := refusal(name)
	return refused || a.uses(name) || slices.Contains(judged, layout.PlainName(name))
}

func (a *answers) uses(name string) bool {
	return slices.Contains([]string{promptField, completionField, messagesField, systemField, "objective", "weight"}, name)
}

// IsRecord reports whether an object has an answer.
func (a *answers) IsRecord(fields []string) bool {
	return slices.Contains(fields, completionField) || slices.Contains(fields, messagesField)
}

// Add adds the answer of one record.
func (a *answers) Add(at recordfile.Place, record recordfile.Fields, names func() []string) error {
	pair, reason, err := a.single(record, names)
	if err == nil && !empty(record[systemField]) {
		err = a.system(record, &pair)
	}
	if err != nil {
		return recordfile.ErrorAt(at, err)
	}
	if reason == "" {
		reason = a.weights.add(pair.Weight, !empty(record["weight"]))
	}
	pair.Single, pair.Source, pair.Line, pair.Unit = true, a.set.Source, at.Number, at.Unit
	a.set.Add(pair, reason)
	return nil
}

// single makes the pair of a record, or returns the reason why there is nothing to learn from it.
func (a *answers) single(record recordfile.Fields, names func() []string) (pair preference.Pair, reason string, err error) {
	if err := a.check(names()); err != nil {
		return pair, "", err
	}
	if err := a.others(record); err != nil {
		return pair, "", err
	}
	if err := options(record, a.part, &pair); err != nil {
		return pair, "", err
	}
	field := completionField
	if record[field] == nil {
		field = messagesField
	}
	if err := a.printed.Turns(record, a.part, field); err != nil {
		return pair, "", err
	}
	prompt, err := a.prompt(record)
	if err != nil {
		return pair, "", err
	}
	if recordfile.KindOf(record[field]) == "a string" && field == completionField {
		pair.Prompt = prompt
		pair.Chosen, err = recordfile.Text(record[field], a.part.Of(field))
		return pair, "", err
	}
	turns, err := a.collector.turns(record[field], field)
	if err != nil {
		return pair, "", err
	}
	whole, _ := after(prompt, turns)
	last := len(whole) - 1
	if len(turns) == 0 || whole[last].Role != "assistant" {
		return pair, preference.NotAssistant, nil
	}
	pair.Prompt, pair.Chosen = whole[:last], whole[last].Content
	return pair, "", nil
}

// system puts the system turn before the prompt.
func (a *answers) system(record recordfile.Fields, pair *preference.Pair) error {
	text, err := recordfile.Text(record[systemField], a.part.Of(systemField))
	turn := preference.Turn{Role: "system", Content: text}
	switch {
	case err != nil:
		return err
	case len(pair.Prompt) > 0 && pair.Prompt[0] == turn:
		return nil
	case len(pair.Prompt) > 0 && pair.Prompt[0].Role == "system":
		return fmt.Errorf("%s and the first turn of the prompt are different system turns; remove one", a.part.Of(systemField))
	}
	pair.Prompt = append([]preference.Turn{turn}, pair.Prompt...)
	return nil
}

// prompt decodes the prompt of a record with a completion: turns, a transcript, or a text by the user.
func (a *answers) prompt(record recordfile.Fields) ([]preference.Turn, error) {
	raw := record[promptField]
	if record[completionField] == nil || raw == nil {
		return nil, nil
	}
	if err := a.prompts.Turns(record, a.part, promptField); err != nil {
		return nil, err
	}
	if raw = record[promptField]; recordfile.KindOf(raw) != "a string" {
		return a.collector.turns(raw, promptField)
	}
	text, err := recordfile.Text(raw, a.part.Of(promptField))
	if strings.HasPrefix(text, conversation.Human) {
		return conversation.Prompt(text), err
	}
	return preference.User(text), err
}

// others counts the fields that are not used, and refuses those that change what the model sees.
func (a *answers) others(record recordfile.Fields) error {
	a.rest.records++
	for name, raw := range record {
		if a.uses(name) {
			continue
		}
		if slices.Contains(judged, layout.PlainName(name)) && !empty(raw) {
			return fmt.Errorf("%s may say which answers are good, and fine-tuning would learn all of them; keep the good ones in a file without it", a.part.Of(name))
		}
		if why, refused := refusal(name); refused && !empty(raw) {
			return fmt.Errorf("%s has a value; %s", a.part.Of(name), why)
		}
		if a.rest.has[name]++; a.rest.has[name] == 1 {
			a.rest.names = append(a.rest.names, name)
		}
	}
	return nil
}

// finish completes the set's notes.
func (a *answers) finish() {
	slices.Sort(a.rest.names)
	if unused := a.rest.unused(); len(unused) > 0 {
		a.set.Notes = append(a.set.Notes, "not used: "+wording.Names(unused))
	}
	a.set.Notes = append(append(a.set.Notes, a.rest.notes()...), a.weights.notes()...)
	if a.developers > 0 {
		a.set.Notes = append(a.set.Notes, fmt.Sprintf("the role %q of %s is read as system", developer, wording.Count(a.developers, "turn")))
	}
}
