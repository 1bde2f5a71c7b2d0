// Package jinjatest renders templates with variables from JSON, to compare package jinja with Jinja2.
package jinjatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"example.com/gonb-dpo/dpocore/chat/jinja"
	"example.com/gonb-dpo/dpocore/chat/python"
)

// Render renders a template with the variables of a JSON object, and with the functions of transformers.
func Render(source string, variables []byte, now time.Time) (string, error) {
	v, err := Value(variables)
	if err != nil {
		return "", err
	}
	t, err := jinja.Parse(source)
	if err != nil {
		return "", err
	}
	names := map[string]python.Value{"raise_exception": jinja.RaiseException, "strftime_now": jinja.StrftimeNow(now)}
	for _, name := range v.(*python.Dict).Keys {
		names[name.(string)], _ = v.(*python.Dict).Get(name)
	}
	return t.Render(names, jinja.Usual)
}

// Value returns the value that Python's json.loads returns.
func Value(data []byte) (python.Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return decode(d)
}

func decode(d *json.Decoder) (python.Value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return object(d)
		}
		return array(d)
	case json.Number:
		if i, ok := new(big.Int).SetString(token.String(), 10); ok {
			return python.Integer(i), nil
		}
		return token.Float64()
	}
	return token, nil
}

func array(d *json.Decoder) (python.Value, error) {
	list := python.NewList()
	for d.More() {
		item, err := decode(d)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	_, err := d.Token()
	return list, err
}

func object(d *json.Decoder) (python.Value, error) {
	dict := python.NewDict()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decode(d)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", key, err)
		}
		dict.Set(key, v)
	}
	_, err := d.Token()
	return dict, err
}
