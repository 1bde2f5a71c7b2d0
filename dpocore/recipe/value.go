package recipe

import (
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
	var err error
	switch p := row.Pointer(&c).(type) {
	case *int:
		number, err := strconv.ParseFloat(value, 64)
		if err != nil || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32 {
			return value, "it must be a whole number"
		}
		return strconv.Itoa(int(number)), ""
	case *float64:
		if _, err = strconv.ParseFloat(value, 64); err != nil {
			return value, "it must be a number"
		}
	case *bool:
		if _, err = strconv.ParseBool(value); err != nil {
			return value, "it must be true or false"
		}
	case *[]float64, *[]int:
		for item := range strings.SplitSeq(value, ",") {
			if _, err = strconv.ParseFloat(strings.TrimSpace(item), 64); err != nil {
				return value, "it must be a list of numbers"
			}
		}
	case interface{ Set(string) error }:
		if err = p.Set(value); err != nil {
			return value, err.Error()
		}
	case *string:
		if *p = value; row.Name() == "lr_scheduler" {
			if err = row.Validate(c); err != nil {
				return value, err.Error()
			}
		}
	}
	return value, ""
}
