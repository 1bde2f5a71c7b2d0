package recipe

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/gonb-dpo/dpocore/config"
)

// asPython writes true and false in place of the other words that are read as them by PyYAML, with which the tools read their files.
func asPython(node *yaml.Node) {
	for _, item := range node.Content {
		asPython(item)
	}
	if node.Kind != yaml.ScalarNode || node.Style != 0 {
		return // in quotes it is a text
	}
	switch strings.ToLower(node.Value) {
	case "true", "yes", "on":
		node.Value = "true"
	case "false", "no", "off":
		node.Value = "false"
	}
}

// fitting returns a value as a setting is written, such as 10 for 10.0 steps, or why the setting can't have it.
func fitting(row config.Row, value string) (fits, why string) {
	c := config.Default()
	if _, whole := row.Pointer(&c).(*int); whole {
		if number, err := strconv.ParseFloat(value, 64); err == nil && number == math.Trunc(number) && math.Abs(number) <= math.MaxInt32 {
			value = strconv.Itoa(int(number))
		}
	}
	err := row.Parse(&c, value)
	if err == nil && row.Name() == "lr_scheduler" {
		err = row.Validate(c)
	}
	var unread *config.ParseError
	switch {
	case errors.As(err, &unread): // whose line in the report has the setting and the value already
		return value, unread.Reason
	case err != nil:
		return value, err.Error()
	}
	return value, ""
}
