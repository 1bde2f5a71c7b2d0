package setting

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseError is why a text is no value of a setting.
type ParseError struct {
	Subject, Text string
	Reason        string // such as "it must be true or false"
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("%s can't be %q; %s", e.Subject, e.Text, e.Reason)
}

// Parse implements [Row]. Its errors are of type [*ParseError].
func (s Setting[C, T]) Parse(c *C, text string) (err error) {
	reason := ""
	switch value := any(s.Field(c)).(type) {
	case *float64:
		*value, err = strconv.ParseFloat(text, 64)
		reason = "it must be a number, as in 0.1 or 5e-5"
	case *int:
		*value, err = strconv.Atoi(text)
		reason = "it must be a whole number in digits"
	case *bool:
		*value, err = strconv.ParseBool(text)
		reason = "it must be true or false"
	case *string:
		*value = text
	case *[]string:
		*value = strings.Split(text, ",")
	case *[]int:
		*value, err = parseList(text, strconv.Atoi)
		reason = "it must be a list of whole numbers, with commas between them"
	case *[]float64:
		*value, err = parseList(text, func(part string) (float64, error) { return strconv.ParseFloat(part, 64) })
		reason = "it must be a list of numbers, with commas between them"
	case interface{ Set(string) error }:
		if err = value.Set(text); err != nil {
			reason = err.Error()
		}
	default:
		panic(fmt.Sprintf("%s is a setting of type %T", s.JSON, value))
	}
	if err != nil {
		return &ParseError{s.Label, text, reason}
	}
	return nil
}

func parseList[T any](text string, parse func(string) (T, error)) (list []T, err error) {
	for _, part := range strings.Split(text, ",") {
		x, err := parse(strings.TrimSpace(part))
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
