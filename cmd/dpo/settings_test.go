package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
)

// TestSettingFlags: every command that trains has the flags of all settings, with the same defaults and help. The reference of dpo
// rounds is that of its rounds.
func TestSettingFlags(t *testing.T) {
	c := config.Default()
	settings := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.Settings(settings, &c)
	for _, cmd := range []*cobra.Command{trainCommand(), sweepCommand(), roundsCommand()} {
		settings.VisitAll(func(f *pflag.Flag) {
			if cmd.Name() == "rounds" && f.Name == "reference" {
				return
			}
			if has := cmd.Flags().Lookup(f.Name); has == nil || has.DefValue != f.DefValue || has.Usage != f.Usage {
				t.Errorf("dpo %s has --%s as %+v, want %+v", cmd.Use, f.Name, has, f)
			}
		})
	}
}
