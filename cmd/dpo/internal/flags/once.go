package flags

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// paths lists the flags that name files and folders, whose values a shell may have left unexpanded or empty.
var paths = []string{"model", "data", "eval-data", "adapter", "against", "init-adapter", "out", "merged", "per-pair", "prompts", "check-prompts", "blind", "chat-template"}

// Once makes it an error to give a flag twice, for a command and its subcommands, unless it is a list. Otherwise the last value
// would count and the others would be lost without a word.
func Once(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, list := f.Value.(pflag.SliceValue); !list {
			f.Value = &once{Value: f.Value, path: slices.Contains(paths, f.Name)}
		}
	})
	for _, child := range cmd.Commands() {
		Once(child)
	}
}

// once is the value of a flag that can be given once.
type once struct {
	pflag.Value
	given, path bool
}

func (o *once) Set(text string) error {
	switch {
	case o.given:
		return fmt.Errorf("it was given before, as %q; give it once", o.String())
	case o.path && text == "":
		return errors.New("it is empty; is a variable in the command not set? Leave the flag out if it is not wanted")
	case o.path && (text == "~" || strings.HasPrefix(text, "~/")):
		return errors.New("the shell did not replace ~ by your home folder; put a space in place of =, or write $HOME")
	}
	o.given = true
	return o.Value.Set(text)
}

// Replace sets another value than the one given.
func (o *once) Replace(text string) error { return o.Value.Set(text) }
