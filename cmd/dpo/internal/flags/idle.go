package flags

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/config"
)

// Idle adds a note to a command: flags that are given, but have no effect while a condition holds. why says which condition, such as
// "without --answers".
func Idle(cmd *cobra.Command, holds func() bool, why string, names ...string) {
	before(cmd, func(cmd *cobra.Command) error {
		for _, name := range names {
			if cmd.Flags().Changed(name) && holds() {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: --%s has no effect %s\n", name, why)
			}
		}
		return nil
	})
}

// Refuse makes flags of settings an error while a condition holds, such as --lora-r with --full. why is a sentence's end, such as "is of an
// adapter, and --full trains none". A file of settings may list them all: there they have no effect, with a note, and c keeps the defaults.
func Refuse(cmd *cobra.Command, c *config.Config, holds func() bool, why string, rows config.Table) {
	before(cmd, func(cmd *cobra.Command) error {
		if !holds() {
			return nil
		}
		defaults := config.Default()
		for _, row := range rows {
			switch name, _ := row.Flag(); Origin(cmd, name) {
			case "default":
			case "flag":
				return excluded(cmd, name, why)
			default:
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %s: %s has no effect: it %s\n", Origin(cmd, name), strings.ReplaceAll(name, "-", "_"), why)
				assign(row, &defaults, c)
			}
		}
		return nil
	})
}

// RefuseAnywhere is [Refuse] for a flag that is an error in a file of settings too.
func RefuseAnywhere(cmd *cobra.Command, name string, holds func() bool, why string) {
	before(cmd, func(cmd *cobra.Command) error {
		if holds() && Origin(cmd, name) != "default" {
			return excluded(cmd, name, why)
		}
		return nil
	})
}

func excluded(cmd *cobra.Command, name, why string) error {
	given := "--" + name
	if origin := Origin(cmd, name); origin != "flag" {
		given = origin + ": " + strings.ReplaceAll(name, "-", "_")
	}
	return exit.WrongUse(fmt.Errorf("%s %s; leave out one of the two", given, why))
}

// before adds a check to those that a command makes before it runs.
func before(cmd *cobra.Command, check func(*cobra.Command) error) {
	earlier := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if earlier != nil {
			if err := earlier(cmd, args); err != nil {
				return err
			}
		}
		return check(cmd)
	}
}

// IdleWithout is [Idle] for flags that have an effect only together with another one.
func IdleWithout(cmd *cobra.Command, other string, names ...string) {
	Idle(cmd, func() bool { return !cmd.Flags().Changed(other) }, "without --"+other, names...)
}
