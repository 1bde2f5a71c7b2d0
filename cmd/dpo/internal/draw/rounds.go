package draw

import (
	"path/filepath"

	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/rounds"
	"example.com/gonb-dpo/plots"
)

// Rounds writes the plots of each round to its folder, and the scores by round to dir/plots.
func Rounds(dir string, record rounds.Record) error {
	for _, done := range record.Done {
		history, err := metrics.ReadHistory(done.Run)
		if err != nil {
			return err
		}
		if err := plots.WriteRun(done.Run, history); err != nil {
			return err
		}
	}
	if len(record.Checked) == 0 {
		return nil
	}
	var numbers, scores []float64
	for _, c := range record.Checked {
		numbers, scores = append(numbers, float64(c.Round)), append(scores, c.Score)
	}
	return plots.WriteFigures(filepath.Join(dir, "plots"), plots.Scores(record.Judge, numbers, scores))
}
