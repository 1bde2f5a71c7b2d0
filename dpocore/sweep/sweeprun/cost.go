package sweeprun

import (
	"fmt"
	"path/filepath"
	"time"

	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/wording"
)

// costNote says what the runs that are not finished will take, from the forecast of the first of them: its time for each pair that it
// trains on, times those of all.
func (r *runner) costNote(b train.Begin) string {
	trained := (b.Config.MaxSteps - b.Step) * b.Config.StepPairs()
	if trained <= 0 {
		return ""
	}
	pairs, runs := 0., 0
	for _, point := range r.points {
		if record, _, err := run.ReadRecord(filepath.Join(r.dir, point.Name)); err == nil && record.Finished {
			continue
		}
		c := point.Config.Resolve(b.Pairs)
		pairs, runs = pairs+float64(c.MaxSteps*c.StepPairs())*r.share, runs+1
	}
	seconds := b.Cost.CompilingSeconds + b.Cost.Seconds*pairs/float64(trained)
	which := wording.Count(runs, "run")
	if r.share < 1 {
		which += fmt.Sprintf(" (halving trains %s of them)", wording.Percent(r.share))
	}
	text := fmt.Sprintf("The sweep has %s to train, about %s", which, approximately(seconds))
	if b.Cost.Memory > 0 {
		text += fmt.Sprintf(" and %s of memory", demand.Gigabytes(b.Cost.Memory))
	}
	return text + ", judging by the first."
}

func approximately(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d < 90*time.Second:
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	case d < 90*time.Minute:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	default:
		return fmt.Sprintf("%.1f hours", d.Hours())
	}
}
