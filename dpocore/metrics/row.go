package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// A row is a struct whose fields are int, int64 or float64 with a json tag: Event
// or Evaluation. The tags are the only place where TRL's names stand.

// encodeRow writes the row as a JSON object, keys in the order of the fields.
func encodeRow(row any) []byte {
	value := reflect.ValueOf(row)
	out := []byte{'{'}
	for i := range value.NumField() {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = strconv.AppendQuote(out, value.Type().Field(i).Tag.Get("json"))
		out = append(out, ": "...)
		if field := value.Field(i); field.CanInt() {
			out = strconv.AppendInt(out, field.Int(), 10)
		} else {
			out = appendNumber(out, field.Float())
		}
	}
	return append(out, '}')
}

// appendNumber appends the shortest JSON number that reads back as x, or null.
func appendNumber(out []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(out, "null"...)
	}
	return strconv.AppendFloat(out, x, 'g', -1, 64)
}

// decodeRow fills the row that the pointer leads to. Keys it doesn't know are
// passed over, so a log that TRL itself wrote can be read. "step" must be there;
// a float64 that is missing or null becomes NaN, another integer becomes 0.
func decodeRow(data []byte, pointer any) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if _, ok := raw["step"]; !ok {
		return fmt.Errorf("field %q is missing", "step")
	}
	value := reflect.ValueOf(pointer).Elem()
	for i := range value.NumField() {
		name := value.Type().Field(i).Tag.Get("json")
		if err := decodeField(raw[name], value.Field(i)); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
	}
	return nil
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
