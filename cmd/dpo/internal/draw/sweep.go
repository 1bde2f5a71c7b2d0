package draw

import (
	"errors"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/plots"
)

// Sweep writes the plots of each finished run to its folder, and those that compare all runs to dir/plots.
func Sweep(dir string, record sweep.Record) error {
	var curves []plots.Swept
	for _, run := range record.Points() {
		folder := filepath.Join(dir, run.Name)
		history, err := metrics.ReadHistory(folder)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := plots.WriteRun(folder, history); err != nil {
			return err
		}
		curves = append(curves, plots.Swept{Name: run.Name, Setting: run.Setting, Beta: run.Config.Beta, History: history})
	}
	if len(curves) == 0 {
		return nil
	}
	figures := []plots.Figure{plots.Curves(curves)}
	if len(record.Settings) > 0 {
		figures = append(figures, plots.Frontier(record.InGrid()))
	}
	if record.HasAnswers() {
		figures = append(figures, plots.Effects(record.InGrid()))
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), figures...)
}
