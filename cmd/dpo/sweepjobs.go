package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// notShared are the flags that each job has a value of its own for.
var notShared = append([]string{"beta", "learning-rate", "lora-r", "loss-type"}, sweepOnly...)

// sharedFlags are the flags that were given to the sweep and are the same for all its runs.
func sharedFlags(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(notShared, f.Name) {
			return
		}
		value := f.Value.String()
		if list, ok := f.Value.(pflag.SliceValue); ok {
			value = strings.Join(list.GetSlice(), ",")
		}
		b.WriteString(" --" + f.Name + "=" + quoted(value))
	})
	return b.String()
}

// quoted writes a word so that a shell takes it for one.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
