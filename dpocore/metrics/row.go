package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// A row is a struct whose figures are int, int64 or float64 with a json tag: Event
// or Evaluation, and an Objective within them. The tags are the only place where
// TRL's names stand.

// figureField is a field of a row that holds a figure.
type figureField struct {
	index int
	name  string
}

// figureFields lists the fields of a row that hold figures, in their order.
func figureFields(kind reflect.Type) (list []figureField) {
	for i := range kind.NumField() {
		if name := kind.Field(i).Tag.Get("json"); name != "-" {
			list = append(list, figureField{i, name})
		}
	}
	return list
}

// encodeRow writes the row as a JSON object: keys in the order of the fields, then
// those of its objectives.
func encodeRow[R row](r R) []byte {
	value := reflect.ValueOf(r)
	out := []byte{'{'}
	for i, f := range figureFields(value.Type()) {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = appendField(out, f.name, value.Field(f.index))
	}
	return append(appendObjectives(out, r.prefix(), r.objectives()), '}')
}

// appendField appends a key and its figure.
func appendField(out []byte, name string, field reflect.Value) []byte {
	quoted, _ := json.Marshal(name) // a string always can be written
	out = append(append(out, quoted...), ": "...)
	if field.CanInt() {
		return strconv.AppendInt(out, field.Int(), 10)
	}
	return appendNumber(out, field.Float())
}

// asFloat is a figure whatever its type.
func asFloat(field reflect.Value) float64 {
	if field.CanInt() {
		return float64(field.Int())
	}
	return field.Float()
}

// appendNumber appends the shortest JSON number that reads back as x, or null.
func appendNumber(out []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(out, "null"...)
	}
	return strconv.AppendFloat(out, x, 'g', -1, 64)
}

// decodeRow fills the row that the pointer leads to, and returns its objectives,
// whose names have a prefix. Keys it doesn't know are passed over, so a log that TRL
// itself wrote can be read. "step" must be there; a float64 that is missing or null
// becomes NaN, another integer becomes 0.
func decodeRow(data []byte, pointer any, prefix string) ([]Objective, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	if _, ok := raw["step"]; !ok {
		return nil, fmt.Errorf("field %q is missing", "step")
	}
	value := reflect.ValueOf(pointer).Elem()
	for _, f := range figureFields(value.Type()) {
		if err := decodeField(raw[f.name], value.Field(f.index)); err != nil {
			return nil, fmt.Errorf("field %q: %w", f.name, err)
		}
	}
	return decodeObjectives(raw, prefix)
}

// decodeField sets one field of a row from its JSON text, nil when it's missing.
func decodeField(text json.RawMessage, field reflect.Value) error {
	number := math.NaN()
	if text != nil && !bytes.Equal(text, []byte("null")) {
		if err := json.Unmarshal(text, &number); err != nil {
			return fmt.Errorf("%.40s is not a number", text)
		}
	}
	if !field.CanInt() {
		field.SetFloat(number)
		return nil
	}
	if math.IsNaN(number) {
		field.SetInt(0)
		return nil
	}
	if number != math.Trunc(number) || number < 0 || number > 1<<53 {
		return fmt.Errorf("%.40s is not a whole number from 0 up", text)
	}
	field.SetInt(int64(number))
	return nil
}
