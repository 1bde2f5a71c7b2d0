package chat

import (
	"reflect"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"
)

// list is a slice that also finds its first item by a negative index, which
// gonja's lookup does not: messages[-1] of a single message, or
// text.split('x')[-1] of a text without x.
type list []any

// GetItem returns the item at an index, counted from the end if negative.
func (l list) GetItem(key any) (*exec.Value, bool) {
	index, ok := key.(int)
	if ok && index < 0 {
		index += len(l)
	}
	if !ok || index < 0 || index >= len(l) {
		return exec.AsValue(nil), false
	}
	return exec.AsValue(l[index]), true
}

// stringMethods lists gonja's string methods.
var stringMethods = []string{
	"capitalize", "capwords", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
	"isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "islower", "isnumeric", "isprintable", "isspace",
	"istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace",
	"rfind", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase",
	"title", "upper", "zfill",
}

// newMethods returns gonja's methods, except that string methods that return
// slices return a list.
func newMethods() exec.Methods {
	methods := map[string]exec.Method[string]{}
	for _, name := range stringMethods {
		method, ok := builtins.Methods.Str.Get(name)
		if !ok {
			continue
		}
		methods[name] = func(self string, value *exec.Value, arguments *exec.VarArgs) (any, error) {
			if err := checkArguments(arguments); err != nil {
				return nil, err
			}
			result, err := method(self, value, arguments)
			parts := reflect.ValueOf(result)
			if parts.Kind() != reflect.Slice || parts.Type().Elem().Kind() != reflect.String {
				return result, err
			}
			items := make(list, parts.Len())
			for i := range items {
				items[i] = parts.Index(i).String()
			}
			return items, err
		}
	}
	all := builtins.Methods
	all.Str = exec.NewMethodSet(methods)
	return all
}
