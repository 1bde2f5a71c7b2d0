package recipe

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/wording"
)

// Tool is a program whose files of settings can be translated.
type Tool struct {
	Name   string
	marks  []string // settings by which its files are recognized
	fields []field
	whole  func(*translation) // settings that several fields make together
}

// Tools lists the programs; the last one is that of files without marks.
var Tools = []*Tool{&axolotl, &llamaFactory, &trl}

// Kind is what a field of another tool is here.
type Kind int

// The kinds.
const (
	Maps     Kind = iota // to a setting
	NoEffect             // on the adapter that is trained, or it is what is always done here
	Missing              // it changes what is trained, and that can't be set here
)

func (k Kind) String() string { return []string{"maps", "no effect", "missing"}[k] }

// field is a row of a tool's table.
type field struct {
	name string
	to   string   // the setting, by a name that dpo train --config reads; "" if there is none
	std  string   // the tool's default, which is written where ours is another; "" if it has none
	off  []string // values that mean what is done here; "" stands for null
	kind Kind     // of other values, if there is no setting
	why  string   // for NoEffect and Missing: why, or what to do
	take bool     // the function whole reads it
}

// Row is a line of the report: what a field is here.
type Row struct {
	Field, Value string
	Line         int // 0 for a default of the tool that the file does not have
	Kind         Kind
	Text         string // the setting and its value, or why there is none
}

// Translation is a file translated.
type Translation struct {
	Tool string
	Rows []Row
	keys []setting
}

// setting is a line of the file that is written.
type setting struct{ key, value, comment string }

// translation is a Translation under way.
type translation struct {
	Translation
	file *File
	tool *Tool
}

// Detect returns the tool that wrote a file, by its settings.
func (f *File) Detect() *Tool {
	for _, tool := range Tools {
		if slices.ContainsFunc(tool.marks, func(name string) bool { return f.Find(name) != nil }) {
			return tool
		}
	}
	return Tools[len(Tools)-1]
}

// Translate translates a file of a tool.
func (f *File) Translate(tool *Tool) Translation {
	for _, e := range f.Entries {
		asPython(e.node)
	}
	t := &translation{file: f, tool: tool, Translation: Translation{Tool: tool.Name}}
	for _, e := range f.Entries {
		if row := tool.find(e.Key); row == nil || !row.take {
			t.entry(e, row)
		}
	}
	tool.whole(t)
	slices.SortStableFunc(t.Rows, func(a, b Row) int { return cmp.Compare(place(a), place(b)) })
	for _, row := range tool.fields {
		if f.Find(row.name) == nil && row.std != "" && !t.has(row.to) {
			t.set(row.to, row.std, tool.Name+"'s default")
		}
	}
	t.withoutAdapter()
	return t.Translation
}

// place sorts rows by their lines; what the file does not have comes last.
func place(r Row) int { return cmp.Or(r.Line, math.MaxInt) }

func (tool *Tool) find(name string) *field {
	for i := range tool.fields {
		if tool.fields[i].name == name {
			return &tool.fields[i]
		}
	}
	return nil
}

// entry translates one setting of the file.
func (t *translation) entry(e Entry, row *field) {
	text, isText := e.Text()
	if e.Key == "chat_template_kwargs" || e.Key == "template_arg" {
		if values, ok := e.Arguments(); ok && len(values) == 1 {
			text, isText = values[0], true
		}
	}
	switch {
	case row == nil && isOurs(e.Key):
		row = &field{name: e.Key, to: e.Key}
	case row == nil:
		t.say(e, Missing, "not known here; look up in "+t.tool.Name+"'s documentation whether it changes what is trained")
		return
	}
	switch {
	case e.IsNull() && row.std == "":
		t.say(e, NoEffect, "not set")
	case e.IsNull():
		t.set(row.to, row.std, t.tool.Name+"'s default")
	case slices.Contains(row.off, strings.ToLower(text)) && isText:
		t.say(e, NoEffect, "this is what is done here")
	case row.to != "" && isOurs(row.to) && isText:
		t.maps(e, row.to, text)
	case row.to != "" && isOurs(row.to):
		t.say(e, Missing, "a value of this form can't be translated")
	default:
		t.say(e, row.kind, row.why)
	}
}

// isOurs reports whether a name is a setting that dpo train --config reads.
func isOurs(name string) bool {
	return slices.Contains(ofRun, name) || config.Settings.Named(name) != nil
}

// ofRun are the settings of dpo train that are no part of config.Config, as its file has them.
var ofRun = []string{"model_name_or_path", "dataset_name", "eval_data", "eval_fraction", "output_dir", "resume"}

// maps notes that a setting of the file is one of ours, or that it has no value of that.
func (t *translation) maps(e Entry, to, value string) {
	if row := config.Settings.Named(to); row != nil {
		var why string
		if value, why = fitting(row, value); why != "" {
			t.say(e, Missing, why+"; here it is "+row.Print(config.Default())+" without it")
			return
		}
	}
	t.set(to, value, "")
	t.say(e, Maps, to+": "+value)
}

// set writes a setting; the first value counts.
func (t *translation) set(key, value, comment string) {
	if key != "" && isOurs(key) && !t.has(key) {
		t.keys = append(t.keys, setting{key, value, comment})
	}
}

func (t *translation) has(key string) bool {
	return slices.ContainsFunc(t.keys, func(s setting) bool { return s.key == key })
}

// say adds a line to the report.
func (t *translation) say(e Entry, kind Kind, text string) {
	t.Rows = append(t.Rows, Row{e.Key, e.shown(), e.Line, kind, text})
}

// lacks adds a line on a setting that the file does not have, and whose default is missing here.
func (t *translation) lacks(name, value, text string) {
	t.Rows = append(t.Rows, Row{name, value, 0, Missing, text})
}

// text returns a setting's value, "" if the file does not have it or it is null.
func (t *translation) text(name string) string {
	e := t.file.Find(name)
	if e == nil || e.IsNull() {
		return ""
	}
	text, _ := e.Text()
	return text
}

// with calls a function with a setting that the file has.
func (t *translation) with(name string, do func(e Entry, text string)) {
	if e := t.file.Find(name); e != nil {
		do(*e, t.text(name))
	}
}

// YAML returns the file that dpo train --config reads.
func (t Translation) YAML(source string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Translated from %s, a file of %s, by dpo config translate.\n", source, t.Tool)
	for _, s := range t.keys {
		value := s.value
		switch row := config.Settings.Named(s.key); {
		case row != nil && isList(row):
			value = "[" + strings.ReplaceAll(value, ",", ", ") + "]"
		default:
			value = Quoted(value)
		}
		fmt.Fprintf(&b, "%s: %s", s.key, value)
		if s.comment != "" {
			fmt.Fprintf(&b, "  # %s", s.comment)
		}
		b.WriteString("\n")
	}
	for _, row := range t.Rows {
		if row.Kind == Missing {
			fmt.Fprintf(&b, "# missing: %s: %s (%s)\n", row.Field, row.Value, row.Text)
		}
	}
	return b.String()
}

func isList(row config.Row) bool {
	switch row.Pointer(new(config.Config)).(type) {
	case *[]string, *[]float64, *[]int:
		return true
	}
	return false
}

// Quoted is a text as YAML has it, in quotes if it could be read as something else.
func Quoted(text string) string {
	if text == "" || strings.ContainsAny(text, ":#{}[],&*!|>'\"%@`") || strings.TrimSpace(text) != text || strings.HasPrefix(text, "- ") {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// Summary counts the fields of each kind.
func (t Translation) Summary() string {
	counts := map[Kind]int{}
	for _, row := range t.Rows {
		counts[row.Kind]++
	}
	return fmt.Sprintf("%s: %d map, %d have no effect here, %d are missing here", wording.Count(len(t.Rows), "field"), counts[Maps], counts[NoEffect], counts[Missing])
}
