package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
)

// Grid is a list of runs that differ in some settings: one for each combination of the axes' values or, zipped, one for each
// place in their lists; and each of these once for each seed. All other settings are those of Config.
type Grid struct {
	Config config.Config `json:"config"`
	Axes   []Axis        `json:"axes,omitempty"`
	Zip    bool          `json:"zip,omitempty"` // the first run has the first value of each axis, the second the second

	Halving bool `json:"halving,omitempty"` // stop the worse settings at each of Rungs

	Orders []Order `json:"orders,omitempty"` // what was changed while the sweep went

	sampled bool // by Sample, which draws from all axes that there are then
}

// Point is one run of a grid. Its name is the name of its folder.
type Point struct {
	Name    string
	Setting string // the name without the seed; the runs of a setting are its replicates
	Config  config.Config
}

// Add adds an axis.
func (g *Grid) Add(axis Axis) error {
	if slices.ContainsFunc(g.Axes, func(a Axis) bool { return a.Setting == axis.Setting }) {
		return fmt.Errorf("%s has values twice; give them in one list", axis.row().Subject())
	}
	if g.sampled && !isSeed(axis) {
		return fmt.Errorf("the random runs are drawn already; give the values of %s before the samples", axis.row().Subject())
	}
	g.Axes = append(g.Axes, axis)
	return nil
}

// AddSeeds adds an axis of n seeds that starts with the one of Config.
func (g *Grid) AddSeeds(n int) error {
	switch {
	case n < 1:
		return fmt.Errorf("the number of seeds is %d; it must be at least 1 (3 is a good start)", n)
	case n > maxRuns:
		return fmt.Errorf("the number of seeds is %d; it must be at most %d", n, maxRuns)
	case g.Config.Seed > math.MaxInt-(n-1):
		return fmt.Errorf("the first of %d seeds is %d, and the last would be too large a number; start lower", n, g.Config.Seed)
	}
	axis := Axis{Setting: Seed}
	for i := range n {
		axis.Values = append(axis.Values, strconv.Itoa(g.Config.Seed+i))
	}
	return g.Add(axis)
}

// Varies reports whether a setting is one of the axes.
func (g Grid) Varies(setting string) bool {
	return slices.ContainsFunc(g.Axes, func(a Axis) bool { return a.Setting == setting })
}

// Points returns the runs of a valid grid, ordered so that runs that share compiled graphs follow each other: settings that are
// inputs of the graphs vary fastest, then the seed, then the loss, and what changes the adapter's shape last.
func (g Grid) Points() []Point {
	points, err := g.points()
	if err != nil {
		return nil // Validate reports it
	}
	return points
}

func (g Grid) points() ([]Point, error) {
	configs, err := g.configs()
	if err != nil {
		return nil, err
	}
	axes := ordered(g.Axes)
	list := make([]Point, len(configs))
	for i, c := range configs {
		list[i] = Point{Name: name(axes, c), Setting: name(withoutSeed(axes), c), Config: c}
	}
	return g.ordered(list), nil
}

// configs returns the settings of the grid's runs, in their order.
func (g Grid) configs() (configs []config.Config, err error) {
	nested := ordered(g.Axes)
	slices.SortStableFunc(nested, func(a, b Axis) int { return cmp.Compare(a.row().Sweep().Rebuilds, b.row().Sweep().Rebuilds) })
	configs = []config.Config{g.Config}
	if !g.Zip {
		for _, axis := range slices.Backward(nested) {
			if configs, err = axis.vary(configs); err != nil {
				return nil, err
			}
		}
		return configs, nil
	}
	if i := slices.IndexFunc(nested, isSeed); i >= 0 {
		if configs, err = nested[i].vary(configs); err != nil {
			return nil, err
		}
	}
	return g.zipped(configs)
}

// zipped returns each configuration with the first value of each axis, then with the second, and so on.
func (g Grid) zipped(configs []config.Config) (list []config.Config, err error) {
	axes := withoutSeed(g.Axes)
	for _, c := range configs {
		for i := range axes[0].Values {
			for _, axis := range axes {
				if err := config.Settings.Parse(&c, axis.row(), axis.Values[i]); err != nil {
					return nil, err
				}
			}
			list = append(list, c)
		}
	}
	return list, nil
}

func isSeed(a Axis) bool { return a.Setting == Seed }

func withoutSeed(axes []Axis) []Axis { return slices.DeleteFunc(slices.Clone(axes), isSeed) }

// name returns a run's name, such as "beta-0.1,rank-8".
func name(axes []Axis, c config.Config) string {
	var parts []string
	for _, axis := range axes {
		parts = append(parts, axis.name(c))
	}
	return strings.Join(parts, ",")
}

// maxRuns is the maximum number of a sweep's runs.
const maxRuns = 10_000

// maxName is the maximum length of a run's name in bytes, as the name of a folder.
const maxName = 200

// Validate reports a grid without axes, axes that don't fit together, runs that are listed twice, and every setting that is out
// of range.
func (g Grid) Validate() error {
	if err := g.validateAxes(); err != nil {
		return err
	}
	points, err := g.points()
	if err != nil {
		return err
	}
	if err := g.validateUse(); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, point := range points {
		switch {
		case names[point.Name]:
			return fmt.Errorf("the sweep has %s twice; give each value once", point.Name)
		case len(point.Name) > maxName:
			return fmt.Errorf("the name of a run, %.60s…, would have %d bytes, more than a folder's name can; vary fewer settings", point.Name, len(point.Name))
		}
		names[point.Name] = true
	}
	return errors.Join(append(faults(points), g.validateHalving())...)
}

// faults returns what is wrong with the settings of runs: of each setting the first fault, since random values can have many.
func faults(points []Point) (list []error) {
	faulty := map[string]bool{}
	for _, point := range points {
		err := point.Config.Validate()
		if err == nil {
			continue
		}
		single := false
		for _, row := range config.Settings {
			if fault := row.Validate(point.Config); fault != nil {
				if single = true; !faulty[row.Name()] {
					faulty[row.Name()], list = true, append(list, fault)
				}
			}
		}
		if !single { // of several settings together
			return append(list, err)
		}
	}
	return list
}

// validateUse reports runs that differ only in settings that their loss does not use.
func (g Grid) validateUse() error {
	configs, err := g.configs()
	if err != nil {
		return err
	}
	axes := ordered(g.Axes)
	same := map[string]string{} // the first run by its name without these settings
	for _, c := range configs {
		idle := func(a Axis) bool { return !a.used(c) }
		i := slices.IndexFunc(axes, idle)
		if i < 0 {
			continue
		}
		key, run := name(slices.DeleteFunc(slices.Clone(axes), idle), c), name(axes, c)
		if other := same[key]; other != "" && other != run {
			row := axes[i].row()
			return fmt.Errorf("%s and %s would be the same run: only the loss %s uses %s; leave it out, or train the runs with that loss in a separate sweep",
				other, run, row.Sweep().Loss, row.Subject())
		}
		same[key] = run
	}
	return nil
}

// CheckDistinct returns an error if two runs on a number of training pairs learn the same: their settings differ as they are written, but
// not in what they amount to, such as warm-ups of 0.1 and 0.11 of 12 steps.
func (g Grid) CheckDistinct(pairs int) error {
	g.Orders = nil // since a fork has other first steps
	same := map[string]string{}
	for _, point := range g.Points() {
		key := config.Settings.Key(point.Config.Resolve(pairs))
		if other, ok := same[key]; ok {
			return fmt.Errorf("%s and %s would be the same run; leave one of the two out, or vary something else", other, point.Name)
		}
		same[key] = point.Name
	}
	return nil
}

// ofAdapter are the settings that a run takes from its initial adapter, if it has one.
var ofAdapter = []string{"lora_r", "lora_alpha", "lora_modules", "use_rslora", "rank_pattern", "alpha_pattern", "layers_to_transform"}

func (g Grid) validateAxes() error {
	if len(g.Axes) == 0 {
		return errors.New("the sweep has no axis; give one setting or more with values, such as beta with 0.05, 0.1 and 0.3, or several seeds")
	}
	if g.Config.Full {
		return errors.New("the runs of a sweep are adapters of one model; leave out full, or train all weights run by run")
	}
	if other := g.Config.ReferenceModel(); other != "" {
		return fmt.Errorf("the runs of a sweep are compared by their divergence from the model that they train, and the reference is another one, %s; leave it out, or train run by run", other)
	}
	axes := withoutSeed(g.Axes)
	for _, axis := range g.Axes {
		other := config.Settings.Find(axis.row().Instead())
		switch {
		case g.Config.InitAdapter != "" && slices.Contains(ofAdapter, axis.Setting):
			return fmt.Errorf("all runs would have %s of the initial adapter %s; vary another setting, or give no initial adapter", axis.row().Subject(), g.Config.InitAdapter)
		case other != nil && g.Varies(other.Name()):
			return fmt.Errorf("%s and %s say the same in two ways; vary one of them", other.Subject(), axis.row().Subject())
		case g.Zip && !isSeed(axis) && len(axis.Values) != len(axes[0].Values):
			return fmt.Errorf("zipped settings need equally many values; %s has %d and %s has %d", axes[0].row().Subject(), len(axes[0].Values), axis.row().Subject(), len(axis.Values))
		}
	}
	if g.Zip && len(axes) == 0 {
		return errors.New("there is nothing to zip; give two settings or more with values")
	}
	runs := 1.0
	for _, axis := range g.Axes {
		if isSeed(axis) || !g.Zip || axis.Setting == axes[0].Setting {
			runs *= float64(len(axis.Values))
		}
	}
	if runs > maxRuns {
		return fmt.Errorf("the sweep has %.0f runs; it can have at most %d", runs, maxRuns)
	}
	return nil
}
