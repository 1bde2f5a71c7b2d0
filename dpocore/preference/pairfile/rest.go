package pairfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
	"example.com/gonb-dpo/internal/wording"
)

// Why a field that changes what the model sees is refused, and what to do.
const (
	noTools    = "tools and calls of them are not read, so the model would not see them: leave out such pairs, or write what was called and returned into the texts"
	noPictures = "models are trained on text here: leave out the pairs that need it"
	noThoughts = "thoughts are not read: write them into \"content\" as the model's chat template does"
	noTemplate = "the chat template is rendered without it: leave it out, or write what it adds into the turns"
)

// refused are the fields, as returned by layout.PlainName, that change what the model
// sees but are not read. A file that has a value in one is refused.
var refused = map[string]string{
	"tools": noTools, "tool_calls": noTools, "tool_responses": noTools, "functions": noTools, "function_call": noTools, "function_calls": noTools,
	"image": noPictures, "images": noPictures, "video": noPictures, "videos": noPictures, "audio": noPictures, "audios": noPictures,
	"reasoning_content": noThoughts, "thinking": noThoughts, "chat_template_kwargs": noTemplate,
}

// refusal returns the reason to refuse a field, by the last name of its path.
func refusal(path string) (why string, ok bool) {
	why, ok = refused[layout.PlainName(path[strings.LastIndex(path, ".")+1:])]
	return why, ok
}

// rest is what the records of a file have beside the columns of a pair.
type rest struct {
	part    recordfile.Noun
	convert string         // the command to which flags are added
	drop    []string       // fields to skip without a word
	records int            // seen so far
	names   []string       // unused fields, in order of appearance
	has     map[string]int // how many records have each
	turns   map[string]int // how many turns have each unused field
}

// record counts the unused fields of a record, and refuses those that change
// what the model sees.
func (r *rest) record(record recordfile.Fields, l *layout.Layout) error {
	r.records++
	var found []string
	for name, raw := range record {
		if l.Uses(name) {
			continue
		}
		if why, ok := refusal(name); ok && !empty(raw) && !slices.Contains(r.drop, name) {
			return fmt.Errorf("%s has a value; %s; to train without it: %s --drop %s", r.part.Of(name), why, r.convert, layout.Argument(name))
		}
		if l.IsLate(name) && !empty(raw) && !slices.Contains(r.drop, name) {
			return fmt.Errorf("%s has a value, which would be left out of the prompt, because the first record has no such field; give that one an empty %q", r.part.Of(name), name)
		}
		if r.has[name]++; r.has[name] == 1 && !slices.Contains(r.names, name) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	r.names = append(r.names, found...)
	return nil
}

// turn does the same for the fields of a turn.
func (r *rest) turn(record recordfile.Fields, at string, used ...string) error {
	for name, raw := range record {
		if slices.Contains(used, name) || empty(raw) || slices.Contains(r.drop, name) {
			continue
		}
		if why, ok := refusal(name); ok {
			return fmt.Errorf("%s has a value; %s", r.part.Of(at+"."+name), why)
		}
		r.turns[name]++
	}
	return nil
}

// empty reports whether a value says nothing: null, a blank text, an empty list
// or object, also as text.
func empty(raw json.RawMessage) bool {
	text := string(bytes.TrimSpace(raw))
	if recordfile.KindOf(raw) == "a string" {
		text = strings.TrimSpace(strings.Trim(text, `"`))
	}
	text = strings.Join(strings.Fields(text), "")
	return slices.Contains([]string{"", "null", "None", "[]", "{}", "[null]", "[[]]"}, text)
}

// unused returns the names of the unused columns. One that only some records
// have is followed by their number.
func (r *rest) unused() (names []string) {
	for _, name := range r.names {
		if n := r.has[name]; r.part == recordfile.Field && n < r.records {
			name = fmt.Sprintf("%s (in %d of %d)", name, n, r.records)
		}
		names = append(names, name)
	}
	return names
}

// notes has a sentence on the unused fields of turns.
func (r *rest) notes() (notes []string) {
	var found []string
	for name, n := range r.turns {
		found = append(found, fmt.Sprintf("%q of %s", name, wording.Count(n, "turn")))
	}
	if slices.Sort(found); len(found) > 0 {
		notes = append(notes, "not used: "+wording.And(found))
	}
	return notes
}
