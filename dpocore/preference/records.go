package preference

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A Record is one JSON object or one row of Parquet, of which nothing is made
// yet. It holds while the function it is handed to runs.
type Record struct {
	Line   int    // 0-based place in its file, counted in Unit
	Unit   string // as in a Pair
	Source string
	fields fields
}

// ReadRecords hands the records of a file (JSON Lines, JSON or Parquet,
// gzipped or not) to each, in their order. It is for files whose records are
// not pairs but have pairs in them, such as scored answers.
//
// Every record must have the fields that are needed; of Parquet only these
// are read. An error, also one of each, is returned with the file's name and
// the record's place before it.
func ReadRecords(path string, needed []string, each func(Record) error) error {
	file, err := os.Open(path)
	if err != nil {
		return openError(path, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return folderError(path)
	}
	c := &collector{set: &Set{Source: path}, needed: needed}
	c.each = func(at place, found fields, names func() []string) error {
		for _, name := range needed {
			if _, ok := found[name]; !ok {
				return placed(at, fmt.Errorf("%s is missing; there are %s, and needed are %s", c.word.of(name), listed(names()), listed(needed)))
			}
		}
		if err := each(Record{Line: at.number, Unit: at.unit, Source: path, fields: found}); err != nil {
			return placed(at, err)
		}
		return nil
	}
	if err := c.read(file); err != nil {
		return fmt.Errorf("%s%w", path, err)
	}
	return nil
}

// Text returns a field that is a string.
func (r Record) Text(name string) (string, error) { return text(r.fields[name], field.of(name)) }

// Number returns a field that is a number.
func (r Record) Number(name string) (float64, error) {
	return number(r.fields[name], field.of(name))
}

func number(raw json.RawMessage, label string) (n float64, err error) {
	if kindOf(raw) != "a number" {
		return 0, fmt.Errorf("%s is %s; it must be a number", label, kindOf(raw))
	}
	if err := json.Unmarshal(raw, &n); err != nil {
		return 0, fmt.Errorf("%s is %s; it must be a number", label, raw)
	}
	return n, nil
}

// Object returns a field that is an object, as a record of the same place.
func (r Record) Object(name string) (Record, error) {
	inner := r
	raw := r.fields[name]
	if kindOf(raw) != "an object" || json.Unmarshal(raw, &inner.fields) != nil {
		return inner, fmt.Errorf("%s is %s; it must be an object", field.of(name), kindOf(raw))
	}
	return inner.under(name), nil
}

// under names the fields of an inner record by their way from the outer one.
func (r Record) under(name string) Record {
	inner := make(fields, len(r.fields))
	for key, raw := range r.fields {
		inner[name+"."+key] = raw
	}
	r.fields = inner
	return r
}

// Objects returns a field that is a list of objects. Their fields are named
// by the way to them: "completions[1].response".
func (r Record) Objects(name string) ([]Record, error) {
	var items []json.RawMessage
	if raw := r.fields[name]; kindOf(raw) != "a list" || json.Unmarshal(raw, &items) != nil {
		return nil, fmt.Errorf("%s is %s; it must be a list of objects", field.of(name), kindOf(raw))
	}
	list := make([]Record, len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", name, i)
		inner := r
		inner.fields = nil
		if kindOf(item) != "an object" || json.Unmarshal(item, &inner.fields) != nil {
			return nil, fmt.Errorf("%s is %s; it must be an object", field.of(at), kindOf(item))
		}
		list[i] = inner.under(at)
	}
	return list, nil
}

// Has reports whether a field is there and not null.
func (r Record) Has(name string) bool {
	raw, ok := r.fields[name]
	return ok && kindOf(raw) != "null"
}

// Add appends a pair, or, with the reason why nothing can be learned from it,
// a skip. Where no reason is given and the pair has a fault of its own, that
// is the reason.
func (s *Set) Add(pair Pair, reason string) {
	if reason == "" {
		reason = pair.fault()
	}
	if reason != "" {
		s.Skipped = append(s.Skipped, Skip{Line: pair.Line, Reason: reason})
		return
	}
	s.keep(pair)
}

// Pair is a pair that stands at the record's place, with weight 1.
func (r Record) Pair(prompt []Turn, chosen, rejected string) Pair {
	return Pair{Prompt: prompt, Chosen: chosen, Rejected: rejected, Source: r.Source, Line: r.Line, Unit: r.Unit, Weight: 1}
}

// opensRecord reports whether the first line is a whole record, so that a list
// in it is the record's own.
func (c *collector) opensRecord(in *bufio.Reader) bool {
	head, _ := in.Peek(window)
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	var record fields
	if json.Unmarshal(line, &record) != nil {
		return false
	}
	return !slices.ContainsFunc(c.needed, func(name string) bool { return record[name] == nil })
}

// wantedRecord reports whether a column of Parquet is among those needed.
func (c *collector) wantedRecord(name string) bool { return slices.Contains(c.needed, name) }

// User is a prompt of one turn by the user.
func User(text string) []Turn { return []Turn{{Role: "user", Content: text}} }

// PromptText is a prompt for reading: a single question as it is, a
// conversation with its speakers.
func (p *Pair) PromptText() string {
	if len(p.Prompt) == 1 && p.Prompt[0].Role == "user" {
		return p.Prompt[0].Content
	}
	var turns []string
	for _, turn := range p.Prompt {
		turns = append(turns, turn.Role+": "+turn.Content)
	}
	return strings.Join(turns, "\n\n")
}
