package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse implements [Row].
func (s Setting[T]) Parse(c *Config, text string) (err error) {
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
	case *[]float64:
		*value, err = parseNumbers(text)
		must = "numbers with commas between them"
	case *Steps:
		err = value.Set(text)
		must = stepsMust
	default:
		panic(fmt.Sprintf("%s is a setting of type %T", s.JSON, value))
	}
	if err != nil {
		return fmt.Errorf("%s can't be %q; it must be %s", s.Label, text, must)
	}
	return nil
}

func parseNumbers(text string) (list []float64, err error) {
	for _, part := range strings.Split(text, ",") {
		x, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// Print implements [Row].
func (s Setting[T]) Print(c Config) string {
	switch value := any(*s.Field(&c)).(type) {
	case []string:
		return strings.Join(value, ",")
	case []float64:
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(value), "[]"), " ", ",")
	default:
		return fmt.Sprint(value)
	}
}

// Parse sets a setting of the table to a value as its flag takes it, and clears the setting that it replaces, as the flag does.
func (t Table) Parse(c *Config, row Row, text string) error {
	if other := t.Find(row.Instead()); other != nil {
		other.Clear(c)
	}
	return row.Parse(c, text)
}
