package dataview

import (
	"fmt"
	"io"

	"example.com/gonb-dpo/cmd/dpo/internal/exit"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/preference/pairfile/layout"
	"example.com/gonb-dpo/internal/place"
)

// ConvertOptions are the flags of dpo data convert.
type ConvertOptions struct {
	Out string
	layout.Mapping
}

// Convert writes the pairs of a file to another one, and says how they were read.
func Convert(out io.Writer, file string, o ConvertOptions) error {
	if err := place.New(o.Out); err != nil {
		return exit.WrongUse(err)
	}
	set, err := pairfile.ReadAs(file, o.Mapping)
	if err != nil {
		return exit.BadData(err)
	}
	if err := pairfile.WriteTurns(o.Out, set.Pairs); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n", o.Out, set.Report())
	for _, skip := range set.Skipped[:min(len(set.Skipped), maxSkipsShown)] {
		fmt.Fprintf(out, "  left out %s: %s\n", set.Place(skip), skip.Reason)
	}
	fmt.Fprintf(out, "%s\n", set.Columns)
	for _, note := range set.Notes {
		fmt.Fprintln(out, note)
	}
	return nil
}

// maxSkipsShown is how many of the left-out pairs are named.
const maxSkipsShown = 3
