// Package datacommand declares the flags of dpo data: its commands look at pairs before training on them, convert and rank them.
package datacommand

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/source"
)

// New returns dpo data.
func New() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Look at preference pairs before training on them",
		Long: `Look at preference pairs before training on them.

Name pairs as in dpo train --data: a file, "builtin", or a published data set,
which is downloaded from the Hugging Face hub:

` + sourceList() + `
Settings follow the name: shp,ratio=3,pairs=1. "webgpt:FOLDER" reads the files
of a data set from a local folder.`,
	}
	cmd.AddCommand(lintCommand(), showCommand(), convertCommand(), rankCommand(), rankingsCommand())
	return cmd
}

// sourceList returns one line per published data set.
func sourceList() string {
	var b strings.Builder
	for _, name := range source.Names() {
		if !strings.HasPrefix(name, "shp/") {
			fmt.Fprintf(&b, "  %-33s %s\n", name, source.Describe(name))
		}
	}
	return b.String()
}
