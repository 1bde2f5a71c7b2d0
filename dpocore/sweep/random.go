package sweep

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
)

// Range is an interval from which random values of a setting are drawn: evenly, or evenly in their logarithm.
type Range struct {
	Setting   string
	Low, High float64
	Log       bool
}

const rangeForm = "write a setting with its lowest and highest value, as in learning-rate=1e-5:5e-4:log or label-smoothing=0:0.2"

// ParseRange reads "learning-rate=1e-5:5e-4:log".
func ParseRange(text string) (Range, error) {
	setting, bounds, _ := strings.Cut(text, "=")
	parts := strings.Split(bounds, ":")
	r := Range{Setting: setting, Log: len(parts) == 3 && parts[2] == "log"}
	if len(parts) != 2 && !r.Log {
		return r, fmt.Errorf("%q is no range; %s", text, rangeForm)
	}
	for i, bound := range []*float64{&r.Low, &r.High} {
		x, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return r, fmt.Errorf("%q is no range: %q is no number; %s", text, parts[i], rangeForm)
		}
		*bound = x
	}
	return r, r.check()
}

func (r *Range) check() error {
	row, err := find(r.Setting)
	if err != nil {
		return err
	}
	if r.Setting = row.Name(); r.Setting == Seed {
		return errors.New("seeds are not drawn at random, since each setting is trained with all of them; give their number instead")
	}
	switch row.Pointer(new(config.Config)).(type) {
	case *float64, *int:
	default:
		return fmt.Errorf("%s is no number, so that it has no range; list its values instead", row.Subject())
	}
	switch {
	case r.Low >= r.High:
		return fmt.Errorf("the range of %s is from %g to %g; the first must be lower than the second", row.Subject(), r.Low, r.High)
	case r.whole() && (r.Low != math.Trunc(r.Low) || r.High != math.Trunc(r.High)):
		return fmt.Errorf("the range of %s is from %g to %g; both must be whole numbers", row.Subject(), r.Low, r.High)
	case r.Log && r.Low <= 0:
		return fmt.Errorf("the range of %s starts at %g; with log it must start above 0", row.Subject(), r.Low)
	}
	return nil
}

// whole reports whether the setting is a whole number.
func (r Range) whole() bool {
	_, whole := config.Settings.Named(r.Setting).Pointer(new(config.Config)).(*int)
	return whole
}

// draw returns a random value, rounded to three digits, but never out of the range.
func (r Range) draw(random *rand.Rand) string {
	low, high := r.Low, r.High
	if r.whole() {
		high++ // each number has the part of the range up to the next
	}
	x := low + (high-low)*random.Float64()
	if r.Log {
		x = low * math.Pow(high/low, random.Float64())
	}
	if r.whole() {
		return strconv.Itoa(int(min(x, r.High)))
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	return strconv.FormatFloat(min(max(rounded, r.Low), r.High), 'g', -1, 64)
}

// Sample replaces the grid by n random runs: each has a value from each range, and one of the values of each axis. The same call
// draws the same runs, and with a larger n more of them. Seeds remain as they are: each run is trained with each.
func (g *Grid) Sample(n int, ranges []Range) error {
	switch {
	case n < 1:
		return fmt.Errorf("the number of samples is %d; it must be at least 1", n)
	case n > maxRuns:
		return fmt.Errorf("the number of samples is %d; it must be at most %d", n, maxRuns)
	case g.sampled:
		return errors.New("the random runs are drawn already; give all ranges together")
	case len(ranges) == 0:
		return errors.New("there is no range to sample from; " + rangeForm)
	case g.Zip:
		return errors.New("zipped settings have the values that are listed, and samples have random ones; leave one of the two out")
	}
	var axes []Axis
	var draws []func() string
	for _, r := range ranges {
		if g.Varies(r.Setting) || slices.ContainsFunc(axes, func(a Axis) bool { return a.Setting == r.Setting }) {
			return fmt.Errorf("%s has values twice; give one range, or a list", config.Settings.Named(r.Setting).Subject())
		}
		random := source(r.Setting)
		axes, draws = append(axes, Axis{Setting: r.Setting}), append(draws, func() string { return r.draw(random) })
	}
	for _, axis := range withoutSeed(g.Axes) {
		random := source(axis.Setting)
		axes, draws = append(axes, Axis{Setting: axis.Setting}), append(draws, func() string { return axis.Values[random.IntN(len(axis.Values))] })
	}
	if err := fill(axes, draws, n); err != nil {
		return err
	}
	if i := slices.IndexFunc(g.Axes, isSeed); i >= 0 {
		axes = append(axes, g.Axes[i])
	}
	g.Axes, g.Zip, g.sampled = axes, true, true
	return nil
}

// source is the random source of a setting's values, which do not depend on what else is sampled.
func source(setting string) *rand.Rand {
	hash := fnv.New64a()
	hash.Write([]byte(setting))
	return rand.New(rand.NewPCG(20261129, hash.Sum64()))
}

// maxRepeats is how many draws in a row may repeat an earlier run before there are no more.
const maxRepeats = 1000

// fill gives the axes n drawn values each; no two runs are the same.
func fill(axes []Axis, draws []func() string, n int) error {
	seen := map[string]bool{}
	for repeats := 0; len(seen) < n; {
		values := make([]string, len(draws))
		for i, draw := range draws {
			values[i] = draw()
		}
		key := strings.Join(values, ";")
		if seen[key] {
			if repeats++; repeats > maxRepeats {
				return fmt.Errorf("the ranges have only %d different runs, with values of three digits, fewer than %d samples; widen a range, or list the values instead", len(seen), n)
			}
			continue
		}
		seen[key], repeats = true, 0
		for i := range axes {
			axes[i].Values = append(axes[i].Values, values[i])
		}
	}
	return nil
}
