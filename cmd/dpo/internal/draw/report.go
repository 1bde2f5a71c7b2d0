package draw

import (
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/report"
	"example.com/gonb-dpo/plots"
)

// Report writes a run as an HTML page, with its figures as they are now.
func Report(folder, file string) error {
	history, err := metrics.ReadHistory(folder)
	if err != nil {
		return err
	}
	if len(history.Steps) > 0 {
		if err := plots.WriteRun(folder, history); err != nil {
			return err
		}
	}
	return report.Write(folder, file)
}
