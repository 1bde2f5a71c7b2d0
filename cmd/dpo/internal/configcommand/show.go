package configcommand

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/cmd/dpo/internal/flags"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/recipe"
)

// ofRun are the flags of a run that are no settings of config.Config, by their names in a file.
var ofRun = [][2]string{{"model_name_or_path", "model"}, {"dataset_name", "data"}, {"mix", "mix"}, {"eval_data", "eval-data"}, {"eval_fraction", "eval-fraction"},
	{"output_dir", "out"}, {"merged", "merged"}}

// show prints the settings that a command's flags and its file amount to.
func show(cmd *cobra.Command, c config.Config) error {
	if err := c.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	for _, name := range ofRun {
		if err := print(cmd, name[0], name[1]); err != nil {
			return err
		}
	}
	for _, row := range config.Settings {
		if flag, _ := row.Flag(); flag != "" {
			if err := print(cmd, row.TRLName(), flag); err != nil {
				return err
			}
		}
	}
	return nil
}

// print prints a flag's value under its name in a file, and where it is from.
func print(cmd *cobra.Command, name, flag string) error {
	f := cmd.Flags().Lookup(flag)
	value := f.Value.String()
	if list, ok := f.Value.(pflag.SliceValue); ok {
		value = "[" + strings.Join(list.GetSlice(), ", ") + "]"
	} else if value == "" {
		value = "null"
	} else {
		value = recipe.Quoted(value)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%-42s # %s\n", name+": "+value, flags.Origin(cmd, flag))
	return err
}
