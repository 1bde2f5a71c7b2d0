package layout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference/pairfile/conversation"
	"example.com/gonb-dpo/dpocore/preference/recordfile"
)

// A Mapping says which column is what, where the names don't. The zero value
// leaves all to the names. A name may be a path into a field: "input.messages",
// "output[0]".
type Mapping struct {
	Prompt   []string // several are joined by line ends
	System   string
	Chosen   string
	Rejected string
	Label    string   // "COLUMN=VALUE:ANSWER,VALUE:ANSWER": the value says which answer is chosen
	Drop     []string // columns, or fields of turns, to leave out although they change what the model sees

	CutPrompt bool // cut the prompt off answers that begin with it
}

// column returns the column for a role, or "".
func (m Mapping) column(role string) string {
	switch role {
	case "chosen":
		return m.Chosen
	case "rejected":
		return m.Rejected
	case "system":
		return m.System
	case "prompt":
		return strings.Join(m.Prompt, " + ")
	}
	return ""
}

// paths returns all names in a mapping.
func (m Mapping) paths() []string {
	list := append(slices.Clone(m.Prompt), m.System, m.Chosen, m.Rejected)
	if label, err := parseLabel(m.Label); err == nil {
		list = append(list, label.column, label.answers[0].column, label.answers[1].column)
	}
	return slices.DeleteFunc(list, func(name string) bool { return name == "" })
}

// Uses reports whether a mapping names a column.
func (m Mapping) Uses(name string) bool {
	return slices.ContainsFunc(m.paths(), func(path string) bool { return path == name || base(path) == name })
}

var pathStep = regexp.MustCompile(`^\.?([^.\[\]]+)|^\[(\d+)\]`)

// base returns the column that a path starts from.
func base(path string) string {
	return strings.TrimPrefix(pathStep.FindString(path), ".")
}

// lift puts the value at a path into the record, under the path as its name. It
// does nothing if there is none.
func lift(record recordfile.Fields, path string) {
	if _, ok := record[path]; ok || base(path) == path {
		return
	}
	raw, rest := record[base(path)], path[len(base(path)):]
	for rest != "" && raw != nil {
		step := pathStep.FindStringSubmatch(rest)
		if step == nil {
			return
		}
		raw, rest = member(raw, step[1], step[2]), rest[len(step[0]):]
	}
	if raw != nil {
		record[path] = raw
	}
}

// beside puts what is beside the value at a path into the record, so that it is
// counted too if it is not used.
func beside(record recordfile.Fields, path string) {
	parent, name := path, ""
	if at := strings.LastIndex(path, "."); at > 0 {
		parent, name = path[:at], path[at+1:]
	}
	var object recordfile.Fields
	if name == "" || json.Unmarshal(record[parent], &object) != nil {
		return
	}
	for key, raw := range object {
		if key != name && raw != nil {
			record[parent+"."+key] = raw
		}
	}
}

// member returns a member of an object, or an element of a list, or nil. In a
// table, objects and lists are texts.
func member(raw json.RawMessage, key, index string) (value json.RawMessage) {
	if text := conversation.Opening(raw); text != "" {
		raw = json.RawMessage(text)
	}
	if index == "" {
		var object recordfile.Fields
		json.Unmarshal(raw, &object) // of any other value, object is nil
		return object[key]
	}
	var list []json.RawMessage
	at, err := strconv.Atoi(index)
	if json.Unmarshal(raw, &list) != nil || err != nil || at >= len(list) {
		return nil
	}
	return list[at]
}

// Prepare adds to a record what its layout names: the values at paths into
// fields, with what is beside them, and a prompt that several columns make.
func (l *Layout) Prepare(record recordfile.Fields) error {
	for _, path := range l.lifted {
		lift(record, path)
		beside(record, path)
	}
	if len(l.joined) == 0 {
		return nil
	}
	return l.join(record)
}

// join puts the texts of several columns into the record as one, without empty
// ones, joined by line ends.
func (l *Layout) join(record recordfile.Fields) error {
	var texts []string
	for _, column := range l.joined {
		raw := record[column]
		if raw == nil || recordfile.KindOf(raw) == "null" {
			continue
		}
		text, err := recordfile.Text(raw, l.part.Of(column))
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) != "" {
			texts = append(texts, text)
		}
	}
	joined, err := json.Marshal(strings.Join(texts, "\n"))
	record[l.Prompt] = joined
	return err
}

// ConvertCommand is the command that reads a file with a mapping, whose flags
// are added to it.
func ConvertCommand(source string) string {
	return fmt.Sprintf("dpo data convert %s --out converted.jsonl", Argument(source))
}

// Argument quotes a word for a shell if it needs to be.
func Argument(word string) string {
	if word != "" && bytes.IndexFunc([]byte(word), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,+@%", r))
	}) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
