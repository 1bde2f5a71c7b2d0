package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"example.com/gonb-dpo/internal/wording"
)

// A Rung is a step after which a halving sweep stops the worse settings (successive halving: Jamieson and Talwalkar
// 2016, https://arxiv.org/abs/1502.07943). The runs that are left continue, on the schedule of the whole run.
type Rung struct {
	Step int // after which runs are compared
	Keep int // settings that continue
}

// survivors is how many settings continue after half of the steps, after a quarter, and so on. They are somewhat more than
// halves: of sixteen settings 10, 6 and 3 continue rather than 8, 4 and 2, for 39 % of the steps of all in place of 31 %. In
// simulations in which the early order is the final one, that finds a setting as good as the best in 91 to 97 % in place of
// 86 to 93 %.
var survivors = []int{3, 6, 10, 18, 32, 60}

// Rungs returns the rungs of a grid on a number of training pairs: the last is halfway, and each earlier one at half the steps of the
// next, as long as there are settings to stop and the warm-up is over.
func (g Grid) Rungs(pairs int) (rungs []Rung) {
	c := g.Config.Resolve(pairs)
	step := c.MaxSteps
	for _, keep := range survivors {
		if step /= 2; keep >= g.CountSettings() || step <= c.WarmupSteps {
			break
		}
		rungs = append(rungs, Rung{Step: step, Keep: keep})
	}
	slices.Reverse(rungs)
	return rungs
}

// CountSettings is the number of settings of a valid grid, not counting seeds.
func (g Grid) CountSettings() int {
	names := map[string]bool{}
	for _, point := range g.Points() {
		names[point.Setting] = true
	}
	return len(names)
}

// lengths are the settings that make runs differ in length, so that they have no common rungs.
var lengths = []string{"max_steps", "num_train_epochs", "batch_size", "gradient_accumulation_steps", "warmup_steps", "warmup_ratio"}

func (g Grid) validateHalving() error {
	if !g.Halving {
		return nil
	}
	for _, axis := range g.Axes {
		if slices.Contains(lengths, axis.Setting) {
			return fmt.Errorf("halving compares runs at the same step, and %s differs in this sweep; give it one value, or leave halving out", axis.row().Subject())
		}
	}
	switch n := g.CountSettings(); {
	case n <= survivors[0]:
		return fmt.Errorf("halving needs %d settings or more, and the sweep has %d; train them all", survivors[0]+1, n)
	case g.Config.EarlyStopping > 0:
		return errors.New("halving and early stopping both end runs before their time; leave one of the two out")
	}
	return nil
}

// Halved is the pairs that a halving sweep trains on, as a share of those of all its runs.
func (g Grid) Halved(pairs int) float64 {
	settings, before := float64(g.CountSettings()), 0
	active, trained := settings, 0.0
	steps := g.Config.Resolve(pairs).MaxSteps
	for _, rung := range append(g.Rungs(pairs), Rung{Step: steps}) {
		trained += active * float64(rung.Step-before)
		active, before = float64(rung.Keep), rung.Step
	}
	return trained / (settings * float64(steps))
}

// A Stop is a setting that a halving sweep has stopped.
type Stop struct {
	Step     int     `json:"step"`
	Accuracy float64 `json:"accuracy"` // on the held-out pairs, mean over the seeds
	Place    int     `json:"place"`    // among the settings that had got to this step
	Of       int     `json:"of"`
}

func (s Stop) String() string {
	return fmt.Sprintf("stopped after step %d, where it ranked %s of the held-out pairs correctly, place %d of %d", s.Step, wording.Percent(s.Accuracy), s.Place, s.Of)
}

// Halve returns the settings that a rung stops, given the runs of all that have got to it. Settings are in the order of [Sort], with means
// over their runs.
func (r Rung) Halve(runs []Run) map[string]Stop {
	type place struct{ accuracy, gap, runs float64 }
	sums := map[string]*place{}
	var names []string
	for _, run := range runs {
		if sums[run.Setting] == nil {
			sums[run.Setting] = &place{}
			names = append(names, run.Setting)
		}
		p := sums[run.Setting]
		p.accuracy, p.gap, p.runs = p.accuracy+run.Accuracy.Value, p.gap+run.Gap.Value, p.runs+1
	}
	slices.SortStableFunc(names, func(a, b string) int {
		x, y := sums[a], sums[b]
		return cmp.Or(cmp.Compare(y.accuracy/y.runs, x.accuracy/x.runs), cmp.Compare(y.gap/y.runs, x.gap/x.runs), cmp.Compare(a, b))
	})
	stopped := map[string]Stop{}
	for i := r.Keep; i < len(names); i++ {
		p := sums[names[i]]
		stopped[names[i]] = Stop{Step: r.Step, Accuracy: p.accuracy / p.runs, Place: i + 1, Of: len(names)}
	}
	return stopped
}
