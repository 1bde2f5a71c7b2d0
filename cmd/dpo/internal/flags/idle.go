package flags

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Idle adds a note to a command: flags that are given, but have no effect while a condition holds. why says which condition, such as
// "without --answers".
func Idle(cmd *cobra.Command, holds func() bool, why string, names ...string) {
	earlier := cmd.PreRun
	cmd.PreRun = func(cmd *cobra.Command, args []string) {
		if earlier != nil {
			earlier(cmd, args)
		}
		for _, name := range names {
			if cmd.Flags().Changed(name) && holds() {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: --%s has no effect %s\n", name, why)
			}
		}
	}
}

// IdleWithout is [Idle] for flags that have an effect only together with another one.
func IdleWithout(cmd *cobra.Command, other string, names ...string) {
	Idle(cmd, func() bool { return !cmd.Flags().Changed(other) }, "without --"+other, names...)
}
