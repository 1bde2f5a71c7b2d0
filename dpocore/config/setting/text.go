package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse implements [Row].
func (s Setting[C, T]) Parse(c *C, text string) (err error) {
	must := ""
	switch value := any(s.Field(c)).(type) {
	case *float64:
		*value, err = strconv.ParseFloat(text, 64)
		must = "a number, as in 0.1 or 5e-5"
	case *int:
		*value, err = strconv.Atoi(text)
		must = "a whole number in digits"
	case *bool:
		*value, err = strconv.ParseBool(text)
		must = "true or false"
	case *string:
		*value = text
	case *[]string:
		*value = strings.Split(text, ",")
	case *[]int:
		*value, err = parseList(text, strconv.Atoi)
		must = "whole numbers with commas between them"
	case *[]float64:
		*value, err = parseList(text, func(part string) (float64, error) { return strconv.ParseFloat(part, 64) })
		must = "numbers with commas between them"
	case interface{ Set(string) error }:
		if err := value.Set(text); err != nil {
			return fmt.Errorf("%s can't be %q; %w", s.Label, text, err)
		}
	default:
		panic(fmt.Sprintf("%s is a setting of type %T", s.JSON, value))
	}
	if err != nil {
		return fmt.Errorf("%s can't be %q; it must be %s", s.Label, text, must)
	}
	return nil
}

func parseList[T any](text string, parse func(string) (T, error)) (list []T, err error) {
	for _, part := range strings.Split(text, ",") {
		x, err := parse(part)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// Print implements [Row].
func (s Setting[C, T]) Print(c C) string {
	switch value := any(*s.Field(&c)).(type) {
	case []string:
		return strings.Join(value, ",")
	case []int, []float64:
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(value), "[]"), " ", ",")
	default:
		return fmt.Sprint(value)
	}
}

// Parse sets a setting of the table to a value as its flag takes it, and clears the setting that it replaces, as the flag does.
func (t Table[C]) Parse(c *C, row Row[C], text string) error {
	if other := t.Find(row.Instead()); other != nil {
		other.Clear(c)
	}
	return row.Parse(c, text)
}
