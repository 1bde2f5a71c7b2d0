package sweeps

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/sweep"
)

// sweepOnly lists the flags of dpo sweep, other than its axes, that are not passed to dpo train.
var sweepOnly = []string{"gather", "print-jobs", "json", "out"}

// PrintJobs prints a dpo train command for each run, quoted for any shell.
func PrintJobs(w io.Writer, flags *pflag.FlagSet, grid sweep.Grid, out string) error {
	if err := grid.Validate(); err != nil {
		return exit.WrongUse(err)
	}
	if err := grid.Begin(out); err != nil {
		return err
	}
	axes := grid.Axes()
	perRun := slices.Clone(sweepOnly)
	for _, axis := range axes {
		perRun = append(perRun, axis.Flag, axis.Single)
	}
	shared := flagsExcept(flags, perRun)
	for _, run := range grid.Points() {
		var values strings.Builder
		for _, axis := range axes {
			fmt.Fprintf(&values, " --%s %s", axis.Single, axis.Text(run.Config))
		}
		fmt.Fprintf(w, "dpo train%s%s --resume --out %s\n", shared, values.String(), quoted(filepath.Join(out, run.Name)))
	}
	return nil
}

// flagsExcept returns the flags that were given, except those left out, each with a space before it.
func flagsExcept(flags *pflag.FlagSet, leftOut []string) string {
	var b strings.Builder
	flags.Visit(func(f *pflag.Flag) {
		if slices.Contains(leftOut, f.Name) {
			return
		}
		value := f.Value.String()
		if list, ok := f.Value.(pflag.SliceValue); ok {
			value = strings.Join(list.GetSlice(), ",")
		}
		b.WriteString(" --" + f.Name + "=" + quoted(value))
	})
	return b.String()
}

// quoted quotes a word for a POSIX shell if it needs quotes.
func quoted(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
