package metrics

import (
	"encoding/json"
	"fmt"
	"slices"
)

// row is one line of a log: *Event or *Evaluation.
type row interface {
	step() int
	fields() []field
	objectives() *[]Objective
	prefix() string
}

// rowOf is the pointer type of a row R.
type rowOf[R any] interface {
	*R
	row
}

// field is one metric of a row: its name in JSON and its place in the row.
type field struct {
	name  string
	value number
}

// number is a *Figure, *integer, *integer64 or optional.
type number interface {
	json.Marshaler
	json.Unmarshaler
	float() float64
}

// present leaves out the optional metrics that a row does not have.
func present(fields []field) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
		o, ok := f.value.(optional)
		return ok && o.absent()
	})
}

// find returns the metric of that name.
func find(fields []field, name string) (value number, ok bool) {
	for _, f := range fields {
		if f.name == name {
			return f.value, true
		}
	}
	return nil, false
}

// encodeRow writes a row as a JSON object: its metrics in order, then those of its objectives by name.
func encodeRow(r row) []byte {
	out := appendFields([]byte{'{'}, r.fields(), "", "")
	for _, o := range byName(*r.objectives()) {
		out = appendFields(append(out, ", "...), o.fields(), r.prefix(), "/"+o.Name)
	}
	return append(out, '}')
}

// appendFields appends keys and numbers, each key between prefix and suffix.
func appendFields(out []byte, fields []field, prefix, suffix string) []byte {
	for i, f := range present(fields) {
		if i > 0 {
			out = append(out, ", "...)
		}
		key, _ := json.Marshal(prefix + f.name + suffix) // neither a string nor a number can fail
		number, _ := f.value.MarshalJSON()
		out = append(append(append(out, key...), ": "...), number...)
	}
	return out
}

// decodeRow fills a row from a JSON object. It ignores unknown keys, so it can read a log that TRL wrote. "step" is
// required; any other float that is missing becomes NaN, any other integer 0.
func decodeRow(data []byte, r row) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if _, ok := raw["step"]; !ok {
		return fmt.Errorf("field %q is missing", "step")
	}
	if err := decodeFields(raw, r.fields(), "", ""); err != nil {
		return err
	}
	list, err := decodeObjectives(raw, r.prefix())
	*r.objectives() = list
	return err
}

// decodeFields sets metrics from their keys, each between prefix and suffix.
func decodeFields(raw map[string]json.RawMessage, fields []field, prefix, suffix string) error {
	for _, f := range fields {
		key := prefix + f.name + suffix
		text, ok := raw[key]
		if !ok {
			text = json.RawMessage("null")
		}
		if err := f.value.UnmarshalJSON(text); err != nil {
			return fmt.Errorf("field %q: %w", key, err)
		}
	}
	return nil
}
