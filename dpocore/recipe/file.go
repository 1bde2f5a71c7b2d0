// Package recipe reads files of settings in YAML, and translates those of TRL, LLaMA-Factory and axolotl.
//
// [Read] reads a file as a list of settings with their lines, for dpo train --config; [File.Translate] says what each of another
// tool's settings is here.
package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// File is a file of settings, in the order of its lines.
type File struct {
	Path    string
	Entries []Entry
}

// Entry is one setting.
type Entry struct {
	Key  string
	Line int // counted from 1
	node *yaml.Node
}

// maxFile bounds the size of a file of settings, in bytes.
const maxFile = 1 << 20

// Read reads a file whose settings are the keys of one mapping, each given once.
func Read(path string) (File, error) {
	f := File{Path: path}
	file, err := os.Open(path)
	if err != nil {
		return f, fmt.Errorf("read the settings: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return f, fmt.Errorf("read the settings: %w", err)
	case len(raw) > maxFile:
		return f, fmt.Errorf("%s is larger than 1 MiB, so it is no file of settings", path)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%s%s", path, explain(err))
	}
	if more := new(yaml.Node); decoder.Decode(more) == nil {
		return f, fmt.Errorf("%s, line %d: a second document begins; write all settings in one", path, more.Line)
	}
	if len(document.Content) == 0 {
		return f, nil
	}
	return f, f.add(document.Content[0])
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// explain puts the line of a YAML error where other errors have it.
func explain(err error) string {
	part := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	switch {
	case part == nil:
		return ": " + err.Error()
	case part[1] == "":
		return ": it is not YAML: " + part[2]
	}
	return fmt.Sprintf(", line %s: it is not YAML: %s", part[1], part[2])
}

// add adds the keys of a mapping.
func (f *File) add(root *yaml.Node) error {
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s, line %d: settings are written as name: value, one per line", f.Path, root.Line)
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if earlier := f.Find(key.Value); earlier != nil {
			return fmt.Errorf("%s, line %d: %s is given before, in line %d; give it once", f.Path, key.Line, key.Value, earlier.Line)
		}
		f.Entries = append(f.Entries, Entry{key.Value, key.Line, value})
	}
	return nil
}

// Find returns a setting by its name, or nil.
func (f *File) Find(key string) *Entry {
	for i := range f.Entries {
		if f.Entries[i].Key == key {
			return &f.Entries[i]
		}
	}
	return nil
}

// Where is the place of a setting: "run.yaml, line 3".
func (f *File) Where(e Entry) string { return fmt.Sprintf("%s, line %d", f.Path, e.Line) }

// IsNull reports whether a setting has no value, or an empty list, so that its default counts.
func (e Entry) IsNull() bool {
	return e.node.Tag == "!!null" || e.node.Kind == yaml.SequenceNode && len(e.node.Content) == 0
}

// Arguments returns template arguments as they are written on a command line: one for each item of a list, or a mapping as JSON.
func (e Entry) Arguments() (texts []string, ok bool) {
	if e.node.Kind == yaml.MappingNode {
		var values map[string]any
		if e.node.Decode(&values) != nil {
			return nil, false
		}
		raw, err := json.Marshal(values)
		return []string{string(raw)}, err == nil
	}
	if e.node.Kind != yaml.SequenceNode {
		return []string{e.node.Value}, e.node.Kind == yaml.ScalarNode
	}
	for _, item := range e.node.Content {
		texts = append(texts, item.Value)
	}
	return texts, true
}

// Values returns what a setting is given, as it is written on a command line: one text, or with several each item of a list or a
// mapping's.
func (e Entry) Values(several bool) ([]string, error) {
	texts, ok := e.Arguments()
	if !several {
		var text string
		text, ok = e.Text()
		texts = []string{text}
	}
	if !ok {
		return nil, fmt.Errorf("%s takes one value, or a list of them", e.Key)
	}
	return texts, nil
}

// Text returns the value as it is written on a command line; a list of values is joined by commas, and so is a pattern of PEFT, a
// mapping such as {q_proj: 8}. ok is false for anything else.
func (e Entry) Text() (text string, ok bool) {
	switch e.node.Kind {
	case yaml.ScalarNode:
		return e.node.Value, true
	case yaml.SequenceNode:
		var items []string
		for _, item := range e.node.Content {
			if item.Kind != yaml.ScalarNode || strings.Contains(item.Value, ",") {
				return "", false
			}
			items = append(items, item.Value)
		}
		return strings.Join(items, ","), true
	case yaml.MappingNode:
		var items []string
		for i := 0; i < len(e.node.Content); i += 2 {
			items = append(items, e.node.Content[i].Value+"="+e.node.Content[i+1].Value)
		}
		return strings.Join(items, ","), strings.HasSuffix(e.Key, "_pattern")
	}
	return "", false
}

// shown is the value as a report shows it.
func (e Entry) shown() string {
	if text, ok := e.Text(); ok {
		if e.node.Kind == yaml.SequenceNode {
			return "[" + strings.ReplaceAll(text, ",", ", ") + "]"
		}
		return text
	}
	raw, err := yaml.Marshal(e.node)
	if err != nil {
		return "…"
	}
	const most = 60
	line := []rune(strings.Join(strings.Fields(string(raw)), " "))
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}
