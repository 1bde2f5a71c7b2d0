package flags

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
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

// Refuse is [Idle] for flags that are an error on the command line, such as --lora-r with --full, and noted in a file of settings, which
// may list them all. why is a sentence's end, such as "is of an adapter, and --full trains none".
func Refuse(cmd *cobra.Command, holds func() bool, why string, names ...string) {
	before(cmd, func(cmd *cobra.Command) error {
		for _, name := range names {
			switch origin := Origin(cmd, name); {
			case origin == "default" || !holds():
			case origin == "flag":
				return exit.WrongUse(fmt.Errorf("--%s %s; leave out one of the two", name, why))
			default:
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %s: %s has no effect: it %s\n", origin, strings.ReplaceAll(name, "-", "_"), why)
			}
		}
		return nil
	})
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
