package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nikolalohinski/gonja/v2/exec"
)

// toJSON is the filter tojson as transformers defines it: Python's json.dumps
// without escaping non-ASCII characters. Members are sorted by name.
func toJSON(_ *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
	indent := 0
	for name, arg := range params.KwArgs {
		switch name {
		case "indent":
			indent = arg.Integer()
		case "ensure_ascii", "sort_keys":
		default:
			return exec.AsValue(fmt.Errorf("tojson: argument %q is not supported", name))
		}
	}
	if in.IsError() {
		return in
	}
	value := in.ToGoSimpleType(true)
	if err, failed := value.(error); failed {
		return exec.AsValue(fmt.Errorf("tojson: %w", err))
	}
	var out bytes.Buffer
	if err := writeJSON(&out, value); err != nil {
		return exec.AsValue(fmt.Errorf("tojson: %w", err))
	}
	if indent > 0 {
		var indented bytes.Buffer
		if err := json.Indent(&indented, out.Bytes(), "", strings.Repeat(" ", indent)); err != nil {
			return exec.AsValue(fmt.Errorf("tojson: %w", err))
		}
		out = indented
	}
	return exec.AsSafeValue(out.String())
}

// writeJSON writes value with a space after each comma and colon, as Python does.
func writeJSON(out *bytes.Buffer, value any) error {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		out.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				out.WriteString(", ")
			}
			if err := writeJSON(out, v.Index(i).Interface()); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	case reflect.Map:
		return writeMembers(out, v)
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	out.Truncate(max(0, out.Len()-1)) // the encoder's newline
	return err
}

func writeMembers(out *bytes.Buffer, v reflect.Value) error {
	members := map[string]any{}
	for _, key := range v.MapKeys() {
		members[fmt.Sprint(key.Interface())] = v.MapIndex(key).Interface()
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteString(", ")
		}
		if err := writeJSON(out, name); err != nil {
			return err
		}
		out.WriteString(": ")
		if err := writeJSON(out, members[name]); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}
