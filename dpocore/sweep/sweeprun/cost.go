package sweeprun

import (
	"fmt"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/cost"
	"example.com/gonb-dpo/dpocore/train/trained"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/wording"
)

// costNote says what the runs that are not finished will take, from the forecast of the first of them: its time for each pair that it
// trains on, times those of all and what halving measures, and its memory with the largest adapter.
func (r *runner) costNote(b train.Begin) string {
	trains := (b.Config.MaxSteps - b.Step) * b.Config.StepPairs()
	if trains <= 0 {
		return ""
	}
	pairs, runs, values := 0., 0, trained.Values(b.Config, r.model)
	largest := values // that of an initial adapter is the same for all
	for _, point := range r.points {
		left := r.left(point, b.Pairs)
		if left == 0 || r.grid.Halted(point.Name) {
			continue
		}
		c := point.Config.Resolve(b.Pairs)
		if pairs, runs = pairs+float64(left*c.StepPairs())*r.share, runs+1; c.InitAdapter == "" {
			largest = max(largest, trained.Values(c, r.model))
		}
	}
	pairs += r.measuredAtRungs(b.Pairs) * float64(b.HeldOut) / 2 // without a backward pass
	memory := b.Cost.Memory
	if memory > 0 {
		memory += cost.State(largest - values)
	}
	return fmt.Sprintf("The sweep has %s%s to train, %s, judging by the first.", wording.Count(runs, "run"), r.halvingNote(),
		cost.About(b.Cost.CompilingSeconds+b.Cost.Seconds*pairs/float64(trains), memory))
}

// left is how many steps of a run on a number of pairs are to be made, 0 if it is finished.
func (r *runner) left(point sweep.Point, pairs int) int {
	if finished(r.dir, point) {
		return 0
	}
	steps := point.Config.Resolve(pairs).MaxSteps
	if made, err := checkpoints.Steps(filepath.Join(r.dir, point.Name)); err == nil && len(made) > 0 {
		steps -= made[len(made)-1]
	}
	return max(1, steps)
}

// measuredAtRungs is how many times a halving sweep measures a run on the held-out pairs before its end.
func (r *runner) measuredAtRungs(pairs int) (count float64) {
	if !r.grid.Halving {
		return 0
	}
	settings := r.grid.CountSettings()
	active, seeds := float64(settings), float64(len(r.points))/float64(settings)
	for _, rung := range r.grid.Rungs(pairs) {
		count, active = count+active*seeds, float64(rung.Keep)
	}
	return count
}

func (r *runner) halvingNote() string {
	switch {
	case !r.grid.Halving:
		return ""
	case r.share == 1:
		return " (halving stops none of them, since no step for a comparison is between the warm-up and the end)"
	}
	return fmt.Sprintf(" (halving trains %s of their steps)", wording.Percent(r.share))
}
