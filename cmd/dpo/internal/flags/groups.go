package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/internal/wording"
)

// CheckGroups returns an error if flags are given that exclude each other.
func CheckGroups(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, group := range f.Annotations["cobra_annotation_mutually_exclusive"] {
			var given []string
			for _, name := range strings.Fields(group) {
				if cmd.Flags().Changed(name) {
					given = append(given, "--"+name)
				}
			}
			if slices.Sort(given); len(given) > 1 && err == nil {
				err = fmt.Errorf("%s exclude each other; give one of them", wording.And(given))
			}
		}
	})
	if err == nil {
		err = cmd.ValidateFlagGroups()
	}
	return err
}

// CheckRequired returns an error if a flag is missing that the command can't do without.
func CheckRequired(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if value, _ := pflag.UnquoteUsage(f); err == nil && !f.Changed && len(f.Annotations[cobra.BashCompOneRequiredFlag]) > 0 {
			err = fmt.Errorf("%s needs --%s %s; `%[1]s --help` says what it is", cmd.CommandPath(), f.Name, strings.ToUpper(value))
		}
	})
	return err
}
