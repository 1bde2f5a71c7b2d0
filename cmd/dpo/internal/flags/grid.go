package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/sweep"
)

// Grid is the flags of dpo sweep that say which runs it has.
type Grid struct {
	axes, ranges   []string
	lists          [4][]string // of the short flags
	seeds, samples int
	zip, halving   bool
}

// short are the flags that are short for --grid with a setting.
var short = [4]struct{ flag, setting, help string }{
	{"betas", config.Beta.JSON, "`values` of beta, such as 0.05,0.1,0.3; short for --grid beta=0.05,0.1,0.3"},
	{"learning-rates", config.LearningRate.JSON, "`values` of the peak learning rate"},
	{"ranks", config.LoRARank.JSON, "`values` of the adapter's rank; alpha stays the same"},
	{"loss-types", config.LossType.JSON, "`losses`, as listed by dpo train --help"},
}

// Add adds the flags.
func (g *Grid) Add(f *pflag.FlagSet) {
	f.StringArrayVar(&g.axes, "grid", nil, "a `setting` with its values, such as warmup-ratio=0,0.1; can be repeated, for all combinations")
	for i, s := range short {
		f.StringSliceVar(&g.lists[i], s.flag, nil, s.help)
	}
	f.BoolVar(&g.zip, "zip", false, "combine the first values of all settings, then the second, instead of all combinations")
	f.IntVar(&g.samples, "samples", 0, "train this many `runs` with random values from --range, and from the lists of --grid")
	f.StringArrayVar(&g.ranges, "range", nil, "a `setting` with lowest and highest value, such as learning-rate=1e-5:5e-4:log; needs --samples")
	f.BoolVar(&g.halving, "halving", false, "stop the worse settings early, by their held-out figures at an eighth, a quarter and half of their steps")
	f.IntVar(&g.seeds, "seeds", 0, "train each setting with this `number` of seeds, from --seed on, to tell a better setting from luck")
}

// Names returns the flags that say which runs a grid has, and those of single values that it replaces.
func (g *Grid) Names(grid sweep.Grid) []string {
	names := []string{"grid", "zip", "samples", "range", "seeds", "halving"}
	for _, s := range short {
		names = append(names, s.flag)
	}
	for _, axis := range grid.Axes {
		flag, _ := config.Settings.Find(axis.Setting).Flag()
		names = append(names, flag)
	}
	return names
}

// Fill gives a grid the runs that the flags describe.
func (g *Grid) Fill(f *pflag.FlagSet, grid *sweep.Grid) error {
	for i, values := range g.lists {
		if len(values) == 0 {
			continue
		}
		axis, err := sweep.NewAxis(short[i].setting, values...)
		if err != nil {
			return fmt.Errorf("--%s: %w", short[i].flag, err)
		}
		if err := grid.Add(axis); err != nil {
			return err
		}
	}
	for _, text := range g.axes {
		axis, err := sweep.ParseAxis(text)
		if err != nil {
			return fmt.Errorf("--grid: %w", err)
		}
		if err := grid.Add(axis); err != nil {
			return err
		}
	}
	if f.Changed("seeds") {
		if err := grid.AddSeeds(g.seeds); err != nil {
			return err
		}
	}
	grid.Zip, grid.Halving = g.zip, g.halving
	if err := g.sample(f, grid); err != nil {
		return err
	}
	return alone(f, *grid)
}

func (g *Grid) sample(f *pflag.FlagSet, grid *sweep.Grid) error {
	if !f.Changed("samples") {
		if len(g.ranges) > 0 {
			return fmt.Errorf("--range %s needs --samples, the number of random runs", g.ranges[0])
		}
		return nil
	}
	var ranges []sweep.Range
	for _, text := range g.ranges {
		r, err := sweep.ParseRange(text)
		if err != nil {
			return fmt.Errorf("--range: %w", err)
		}
		ranges = append(ranges, r)
	}
	return grid.Sample(g.samples, ranges)
}

// alone refuses a single value of a setting that has several, and of one that these replace.
func alone(f *pflag.FlagSet, grid sweep.Grid) error {
	for _, axis := range grid.Axes {
		row := config.Settings.Find(axis.Setting)
		flag, _ := row.Flag()
		if axis.Setting != sweep.Seed && f.Changed(flag) {
			return fmt.Errorf("%s has several values in this sweep and a single one in --%s; leave one of the two out", row.Subject(), flag)
		}
		if other := config.Settings.Find(row.Instead()); other != nil {
			if flag, _ := other.Flag(); f.Changed(flag) {
				return fmt.Errorf("--%s says the same as %s in another way, and would win; leave it out", flag, row.Subject())
			}
		}
	}
	for _, row := range config.Settings { // that an axis replaces or that replaces an axis
		flag, _ := row.Flag()
		other := strings.ReplaceAll(row.Instead(), "_", "-")
		if flag != "" && other != "" && f.Changed(flag) && slices.ContainsFunc(grid.Axes, func(a sweep.Axis) bool { return a.Setting == row.Instead() }) {
			return fmt.Errorf("--%s says the same as --grid %s in another way; leave one of the two out", flag, other)
		}
	}
	return nil
}
