package flags

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/source"
)

// Arguments is the Args function of commands that have flags for everything. A single argument that can only be the pairs, the
// adapter or a prompt is taken as --data, --adapter or --prompt; any other is an error.
func Arguments(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if arg == "true" || arg == "false" {
			return fmt.Errorf("a flag such as --resume takes no value after a space; write --resume, or --resume=%s", arg)
		}
	}
	if len(args) == 1 {
		if strings.ContainsAny(args[0], " \n") && cmd.Flags().Lookup("prompt") != nil && !cmd.Flags().Changed("prompt") {
			return cmd.Flags().Set("prompt", args[0])
		}
		if flag := meant(args[0]); flag != "" && cmd.Flags().Lookup(flag) != nil && !cmd.Flags().Changed(flag) {
			return cmd.Flags().Set(flag, args[0])
		}
	}
	if len(args) > 0 && cmd.Flags().Lookup("prompt") != nil {
		return fmt.Errorf("%s does not know what %q is; a prompt is written as --prompt %q, and `%s --help` lists the other flags", cmd.CommandPath(), strings.Join(args, " "), strings.Join(args, " "), cmd.CommandPath())
	}
	if len(args) > 0 {
		return fmt.Errorf("%s does not know what %q is; write it after its flag (`%s --help` lists them), in quotes if it has spaces", cmd.CommandPath(), strings.Join(args, " "), cmd.CommandPath())
	}
	return nil
}

// OneArgument is the Args function of commands with one argument, which is the second word of their usage.
func OneArgument(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s takes one %s, and not also %q; write other values after their flags (`%[1]s --help` lists them)", cmd.CommandPath(), argumentOf(cmd), args[1])
	}
	return AnyArguments(cmd, args)
}

// TwoArguments is the Args function of commands with two arguments, which follow the command's name in its usage.
func TwoArguments(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%s takes two arguments, and not %d: write `%[1]s %[3]s`", cmd.CommandPath(), len(args), strings.TrimPrefix(cmd.Use, cmd.Name()+" "))
	}
	return nil
}

// AnyArguments is the Args function of commands with one or more arguments of a kind.
func AnyArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		name := argumentOf(cmd)
		return fmt.Errorf("%s needs %s: write `%[1]s %[2]s`", cmd.CommandPath(), name)
	}
	return nil
}

func argumentOf(cmd *cobra.Command) string {
	return strings.TrimSuffix(strings.Fields(cmd.Use)[1], "...")
}

// meant returns the flag whose value an argument can only be, or "".
func meant(arg string) string {
	info, err := os.Stat(arg)
	switch {
	case arg == dataset.Builtin || slices.Contains(source.Names(), arg):
		return "data"
	case err != nil:
		return ""
	case info.Mode().IsRegular() && filepath.Ext(arg) != ".gguf" && filepath.Ext(arg) != ".safetensors":
		return "data"
	}
	if _, err := os.Stat(filepath.Join(arg, "adapter_config.json")); err == nil || run.AllWeights(arg) {
		return "adapter"
	}
	return ""
}
