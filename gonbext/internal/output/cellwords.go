package output

import (
	"reflect"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
)

// flag matches a command to copy, which stays as it is, or a flag of the command dpo with its value, if any.
var flag = regexp.MustCompile("`[^`]*`|\\b(?:dpo|hf) [a-z][^;)]*|--(?:(init-adapter|out) ([^ ,;:)]+)|([a-z][a-z0-9-]*)(?: ([0-9][0-9.e-]*[0-9]|[0-9]))?)")

// inCells are what cells have in place of flags that are no settings.
var inCells = map[string]string{
	"any-base": "%env DPO_ANY_BASE 1", "model": "%env DPO_MODEL NAME", "adapter": "the run's folder",
	"eval-fraction": "HoldOut", "overwrite": "Overwrite = true",
	"out": "in the folder", "resume": "continuing this one",
}

// fields are the fields of a run's settings by their flags.
var fields = func() map[string]string {
	names := map[string]string{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names[strings.ReplaceAll(name, "_", "-")] = field.Name
	}
	return names
}()

// InCell puts what a cell has in place of the flags that a sentence of the program names.
func InCell(text string) string {
	return flag.ReplaceAllStringFunc(text, func(match string) string {
		parts := flag.FindStringSubmatch(match)
		name, value := parts[1]+parts[3], parts[2]+parts[4]
		field, isSetting := fields[name]
		switch word, known := inCells[name]; {
		case name == "eval-fraction" && value != "":
			return word + "(" + value + ")"
		case known && value != "":
			return word + " " + value
		case known:
			return word
		case isSetting && value != "":
			return field + " = " + value
		case isSetting:
			return field
		}
		return match
	})
}
