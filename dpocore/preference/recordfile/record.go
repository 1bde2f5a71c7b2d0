package recordfile

import (
	"encoding/json"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/internal/wording"
)

// A Record is one record of a file. It is valid until the function that
// received it returns.
type Record struct {
	Line   int    // 0-based position in the file, counted in Unit
	Unit   string // as in a preference.Pair
	Source string
	fields Fields
}

// ReadFile passes each record of a JSON Lines, JSON or Parquet file to a
// function. It is for files whose records are not pairs but contain pairs,
// such as scored answers.
//
// Every record must have all needed fields; of Parquet only these are read. An
// error, also one of the function, is returned with the name of the file and
// the place of the record.
func ReadFile(path string, needed []string, each func(Record) error) error {
	file, err := Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := Read(file, &records{source: path, needed: needed, each: each}); err != nil {
		return fmt.Errorf("%s%w", path, err)
	}
	return nil
}

// records is the Consumer of ReadFile.
type records struct {
	source string
	needed []string
	each   func(Record) error
	part   Noun
}

func (r *records) Start(part Noun)          { r.part = part }
func (r *records) Needs(column string) bool { return slices.Contains(r.needed, column) }

func (r *records) Header(names []string) error {
	if missing := r.missing(names); missing != "" {
		return ErrorAt(lineNumber(1), r.missingError(missing, names))
	}
	return nil
}

func (r *records) IsRecord(fields []string) bool { return r.missing(fields) == "" }

func (r *records) Cell(_, text string) (json.RawMessage, error) { return json.Marshal(text) }

func (r *records) Add(at Place, found Fields, names func() []string) error {
	for _, name := range r.needed {
		if _, ok := found[name]; !ok {
			return ErrorAt(at, r.missingError(name, names()))
		}
	}
	if err := r.each(Record{Line: at.Number, Unit: at.Unit, Source: r.source, fields: found}); err != nil {
		return ErrorAt(at, err)
	}
	return nil
}

// missing returns the first needed name that is missing, or "".
func (r *records) missing(names []string) string {
	for _, name := range r.needed {
		if !slices.Contains(names, name) {
			return name
		}
	}
	return ""
}

func (r *records) missingError(name string, names []string) error {
	return fmt.Errorf("%s is missing; there are %s, and needed are %s", r.part.Of(name), wording.Names(names), wording.Names(r.needed))
}

// Text returns a field that is a string.
func (r Record) Text(name string) (string, error) { return Text(r.fields[name], Field.Of(name)) }

// Number returns a field that is a number.
func (r Record) Number(name string) (float64, error) {
	return number(r.fields[name], Field.Of(name))
}

func number(raw json.RawMessage, label string) (n float64, err error) {
	if KindOf(raw) != "a number" {
		return 0, fmt.Errorf("%s is %s; it must be a number", label, KindOf(raw))
	}
	if err := json.Unmarshal(raw, &n); err != nil {
		return 0, fmt.Errorf("%s is %s; it must be a number", label, raw)
	}
	return n, nil
}

// Object returns a field that is an object, as a record at the same place.
func (r Record) Object(name string) (Record, error) {
	inner := r
	raw := r.fields[name]
	if KindOf(raw) != "an object" || json.Unmarshal(raw, &inner.fields) != nil {
		return inner, fmt.Errorf("%s is %s; it must be an object", Field.Of(name), KindOf(raw))
	}
	return inner.under(name), nil
}

// under prefixes the names of the fields of an inner record with its path.
func (r Record) under(name string) Record {
	inner := make(Fields, len(r.fields))
	for key, raw := range r.fields {
		inner[name+"."+key] = raw
	}
	r.fields = inner
	return r
}

// Objects returns a field that is a list of objects. The names of their fields
// have the path before them: "completions[1].response".
func (r Record) Objects(name string) ([]Record, error) {
	var items []json.RawMessage
	if raw := r.fields[name]; KindOf(raw) != "a list" || json.Unmarshal(raw, &items) != nil {
		return nil, fmt.Errorf("%s is %s; it must be a list of objects", Field.Of(name), KindOf(raw))
	}
	list := make([]Record, len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", name, i)
		inner := r
		inner.fields = nil
		if KindOf(item) != "an object" || json.Unmarshal(item, &inner.fields) != nil {
			return nil, fmt.Errorf("%s is %s; it must be an object", Field.Of(at), KindOf(item))
		}
		list[i] = inner.under(at)
	}
	return list, nil
}

// Has reports whether a field exists and is not null.
func (r Record) Has(name string) bool {
	raw, ok := r.fields[name]
	return ok && KindOf(raw) != "null"
}

// Pair returns a pair at the place of the record, with weight 1.
func (r Record) Pair(prompt []preference.Turn, chosen, rejected string) preference.Pair {
	return preference.Pair{Prompt: prompt, Chosen: chosen, Rejected: rejected, Source: r.Source, Line: r.Line, Unit: r.Unit, Weight: 1}
}
