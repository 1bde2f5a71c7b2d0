package flags

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/suggest"
)

// Explain is the FlagErrorFunc of all commands: it turns an error of the flag parser into one with a remedy.
func Explain(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return explainName(cmd, unknown)
	case errors.As(err, &invalid):
		return explainValue(cmd, invalid)
	}
	return fmt.Errorf("%w; `%s --help` lists the flags", err, cmd.CommandPath())
}

// explainName names the flag that was meant: one of ours in another spelling, or that of another tool.
func explainName(cmd *cobra.Command, err *pflag.NotExistError) error {
	name, given := err.GetSpecifiedName(), "--"+err.GetSpecifiedName()
	if short := err.GetSpecifiedShortnames(); short != "" {
		name, _, _ = strings.Cut(short, "=")
		given = "-" + name
	}
	plain := strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	has := func(name string) bool { return name != "" && cmd.Flags().Lookup(name) != nil }
	hint := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	ours, why := meantBy(cmd, plain)
	switch {
	case has(plain):
		hint = "write --" + plain
	case ours != "":
		hint = "here it is --" + ours
	case why != "":
		hint = why
	case isSetting(plain):
		hint = "it is a setting of dpo train"
	case strings.HasPrefix(plain, "no-") && has(plain[3:]):
		hint = "write --" + plain[3:] + "=false"
	default:
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest.NearestOrPrefix(plain, names); len(plain) > 1 && (suggest.Distance(plain, near) <= 2 || strings.HasPrefix(near, plain)) {
			hint = "did you mean --" + near + "?"
		}
	}
	return fmt.Errorf("unknown flag %s; %s", given, hint)
}

// isSetting reports whether dpo train has a setting with a flag of this name.
func isSetting(flag string) bool {
	return slices.ContainsFunc(config.Settings, func(row config.Row) bool {
		name, _ := row.Flag()
		return name == flag
	})
}

// meantBy returns the flag of a command that another tool's flag means, or why there is none; both are "" for any other name.
func meantBy(cmd *cobra.Command, plain string) (flag, why string) {
	if ours := foreign[plain]; ours != "" && cmd.Flags().Lookup(ours) != nil {
		return ours, ""
	}
	return "", without[plain]
}

// explainValue says how to write a value.
func explainValue(cmd *cobra.Command, err *pflag.InvalidValueError) error {
	flag, value := err.GetFlag(), err.GetValue()
	var hint string
	switch kind := flag.Value.Type(); {
	case !errors.Is(err.Unwrap(), strconv.ErrSyntax) && !errors.Is(err.Unwrap(), strconv.ErrRange):
		return fmt.Errorf("--%s %q: %w", flag.Name, value, err.Unwrap())
	case kind == "bool":
		hint = "it is true or false"
	case strings.Contains(value, ",") && cmd.Flags().Lookup(flag.Name+"s") != nil:
		hint = "give several values with --" + flag.Name + "s"
	case strings.Contains(value, ","):
		hint = "write a decimal point, as in 0.1; to try several values, see dpo sweep --help"
	case kind == "int" && errors.Is(err.Unwrap(), strconv.ErrRange):
		hint = "it is too large"
	case flag.Name == "warmup-steps" && isNumber(value):
		hint = "write a whole number in digits, or give a share of the run as --warmup-ratio"
	case kind == "int" && isNumber(value):
		hint = "write a whole number in digits"
	case strings.HasPrefix(kind, "float"):
		hint = "write a number without a unit, as in 0.1 or 5e-5"
	default:
		hint = "write a whole number in digits without a unit, as in 10000"
	}
	return fmt.Errorf("--%s can't be %q; %s", flag.Name, value, hint)
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
