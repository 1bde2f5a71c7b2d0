package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/evaluation"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/wording"
	"example.com/gonb-dpo/plots"
)

// saveReport writes the report to the adapter's folder if that is a run folder.
func saveReport(dir string, r evaluation.Report) error {
	if dir == "" {
		return nil
	}
	if _, ok, err := run.ReadRecord(dir); !ok || err != nil {
		return err
	}
	r.KeepEarlier(dir)
	if err := r.Write(dir); err != nil {
		return fmt.Errorf("the report is not saved in the run folder: %w", err)
	}
	return errors.Join(card.Write(dir), plots.WriteFigures(filepath.Join(dir, "plots"), plots.Calibration(r.Calibration)))
}

func printReport(w io.Writer, r evaluation.Report, difference string, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	fmt.Fprintf(w, "%s of %s, %s; 95 %% confidence intervals\n", wording.Count(r.Pairs, "pair"), r.Data, wording.Count(r.Prompts, "prompt"))
	fmt.Fprintf(w, "the reference is %s\n\n", r.Reference)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Name, row.Value, row.Interval, row.Description)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", r.Summary())
	for _, note := range r.Notes() {
		fmt.Fprintln(w, note)
	}
	if difference != "" {
		fmt.Fprintln(w, difference)
	}
	return nil
}
