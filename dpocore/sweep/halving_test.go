package sweep

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"text/tabwriter"
)

// TestRungs: of sixteen settings of 80 steps 10, 6 and 3 continue after 10, 20 and 40, for 16·10 + 10·10 + 6·20 + 3·40 of 16·80 steps. No
// rung is within the warm-up.
func TestRungs(t *testing.T) {
	g := gridOf(t, "beta=0.1,0.2,0.3,0.4", "learning_rate=1e-5,2e-5,3e-5,4e-5", "seed=1,2")
	g.Config.MaxSteps, g.Halving = 80, true
	if got := g.Rungs(100); g.Validate() != nil || !reflect.DeepEqual(got, []Rung{{10, 10}, {20, 6}, {40, 3}}) || g.Halved(100) != 500./1280 {
		t.Errorf("%v, rungs %v, %g of the steps", g.Validate(), got, g.Halved(100))
	}
	g.Config.WarmupSteps = 10
	if got := g.Rungs(100); !reflect.DeepEqual(got, []Rung{{20, 6}, {40, 3}}) {
		t.Errorf("with a warm-up of 10 steps: %v", got)
	}
	for want, axes := range map[string][]string{
		"halving needs 4 settings or more, and the sweep has 3; train them all":                                                          {"beta=0.1,0.2,0.3", "seed=1,2"},
		"halving compares runs at the same step, and the number of steps differs in this sweep; give it one value, or leave halving out": {"beta=0.1,0.2", "max_steps=10,20"},
	} {
		g := gridOf(t, axes...)
		g.Halving = true
		if err := g.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestHalve: the settings with the higher mean over seeds stay, and the record says where the others were.
func TestHalve(t *testing.T) {
	run := func(setting string, accuracy, gap float64) (r Run) {
		r.Setting, r.Accuracy.Value, r.Gap.Value = setting, accuracy, gap
		return r
	}
	runs := []Run{run("a", 1, 1), run("a", 0.5, 1), run("b", 0.25, 1), run("b", 1, 1), run("c", 0.75, 2), run("c", 0.75, 2), run("d", 0.875, 1), run("d", 0.875, 1)}
	got := Rung{Step: 10, Keep: 2}.Halve(runs)
	if want := map[string]Stop{"a": {10, 0.75, 3, 4}, "b": {10, 0.625, 4, 4}}; !reflect.DeepEqual(got, want) { // a and c tie, c has the larger gap
		t.Errorf("stopped %v, want %v", got, want)
	}
	if text := got["a"].String(); text != "stopped after step 10, where it ranked 75 % of the held-out pairs correctly, place 3 of 4" {
		t.Error(text)
	}
}

var simulateHalving = flag.Bool("simulate", false, "print the table of docs/sweeps.md, with 2,000 trials for each line")

// halvingTrial simulates sixteen settings. The accuracy of a setting at the end is normal around 75 %; at a share f of the
// run it has gained 1−(1−f)² of its lead over a half, give or take a deviation of late times (1−f), since what is best early need not be best
// late. All settings are measured on the same pairs, whose ease has the same variance as the noise.
type halvingTrial struct {
	pairs        int
	spread, late float64
}

// run returns how much better the best setting is than the one that halving chooses and than the one that training all chooses, and half the width of a 95 % interval.
func (h halvingTrial) run(rungs []Rung, random *rand.Rand) (halved, all, interval float64) {
	const settings, steps = 16, 80
	final, drift, ease := make([]float64, settings), make([]float64, settings), make([]float64, h.pairs)
	for i := range final {
		final[i], drift[i] = min(0.97, max(0.45, 0.75+h.spread*random.NormFloat64())), h.late*random.NormFloat64()
	}
	for i := range ease {
		ease[i] = random.NormFloat64()
	}
	measure := func(i, step int) float64 {
		left := 1 - float64(step)/steps
		accuracy := min(0.98, max(0.02, 0.5+(final[i]-0.5)*(1-left*left)+drift[i]*left))
		level, right := 2*math.Erfinv(2*accuracy-1), 0.0 // √2 of the quantile, √2 of the spread
		for _, e := range ease {
			if level+e+random.NormFloat64() > 0 {
				right++
			}
		}
		return right / float64(h.pairs)
	}
	var atEnd []Run
	for i := range final {
		var r Run
		r.Setting, r.Accuracy.Value = fmt.Sprint(i), measure(i, steps)
		atEnd = append(atEnd, r)
	}
	active := first(settings)
	for _, rung := range rungs {
		var runs []Run
		for _, i := range active {
			var r Run
			r.Setting, r.Accuracy.Value = fmt.Sprint(i), measure(i, rung.Step)
			runs = append(runs, r)
		}
		stopped := rung.Halve(runs)
		active = slices.DeleteFunc(active, func(i int) bool { _, ok := stopped[fmt.Sprint(i)]; return ok })
	}
	best := slices.Max(final)
	better := func(a, b int) int { return int(math.Copysign(1, atEnd[b].Accuracy.Value-atEnd[a].Accuracy.Value)) }
	width := 1.96 * math.Sqrt(best*(1-best)/float64(h.pairs))
	return best - final[slices.MinFunc(active, better)], best - final[slices.MinFunc(first(settings), better)], width
}

// TestHalvingFindsTheBest: halving ends with a setting whose accuracy is within the 95 % interval of the best one's, at 39 % of the steps.
// Training all runs errs too, since the pairs are few.
func TestHalvingFindsTheBest(t *testing.T) {
	trials, all := 2000, []halvingTrial{{60, 0.05, 0}, {60, 0.1, 0}, {60, 0.1, 0.05}, {60, 0.1, 0.1}, {200, 0.1, 0}, {200, 0.1, 0.05}, {200, 0.1, 0.1}}
	if !*simulateHalving {
		trials, all = 200, all[:2]
	}
	g := gridOf(t, "beta=0.1,0.2,0.3,0.4", "learning_rate=1e-5,2e-5,3e-5,4e-5")
	g.Config.MaxSteps = 80
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| pairs\t| settings differ by\t| early from late by\t| interval\t| halving within it\t| loses\t| all within it\t| lose\t|")
	for _, h := range all {
		random := rand.New(rand.NewPCG(13, uint64(h.pairs)))
		within, lost, width := [2]float64{}, [2]float64{}, 0.0
		for range trials {
			halved, complete, interval := h.run(g.Rungs(100), random)
			for i, loss := range []float64{halved, complete} {
				lost[i] += loss / float64(trials)
				if loss <= interval {
					within[i] += 1 / float64(trials)
				}
			}
			width += interval / float64(trials)
		}
		fmt.Fprintf(table, "| %d\t| %.0f points\t| %.0f points\t| ±%.0f points\t| %.1f %%\t| %.1f points\t| %.1f %%\t| %.1f points\t|\n", h.pairs, 100*h.spread, 100*h.late, 100*width, 100*within[0], 100*lost[0], 100*within[1], 100*lost[1])
		if h.late == 0 && within[0] < 0.85 { // 0.91 and 0.95, with a standard error of 0.02
			t.Errorf("%+v: %.3f within an interval", h, within[0])
		}
	}
	if *simulateHalving {
		table.Flush()
	}
}
