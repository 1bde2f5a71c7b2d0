package sweep

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/suggest"
)

// Axis is a setting with the values that a grid gives it, as the setting's flag takes them.
type Axis struct {
	Setting string   `json:"setting"` // its name in run.json, such as "learning_rate"
	Values  []string `json:"values"`
}

// Seed is the setting whose values are replicates: runs that differ only in it are one setting of the grid.
const Seed = "seed"

// NewAxis returns an axis. The setting may be written with dashes, as its flag is.
func NewAxis(setting string, values ...string) (Axis, error) {
	row, err := find(setting)
	if err != nil {
		return Axis{}, err
	}
	if len(values) == 0 {
		return Axis{}, fmt.Errorf("give %s one value or more", row.Subject())
	}
	axis := Axis{Setting: row.Name()}
	for _, value := range values {
		c := config.Default()
		if err := config.Settings.Parse(&c, row, strings.TrimSpace(value)); err != nil {
			return Axis{}, err
		}
		axis.Values = append(axis.Values, row.Print(c))
	}
	return axis, nil
}

// ParseAxis reads "beta=0.05,0.1,0.3". Values that have commas are separated by semicolons, as in
// "lora-modules=q_proj,v_proj;all-linear".
func ParseAxis(text string) (Axis, error) {
	setting, values, found := strings.Cut(text, "=")
	if !found || values == "" {
		return Axis{}, fmt.Errorf("%q has no values; write a setting and its values, as in beta=0.05,0.1,0.3", text)
	}
	separator := ","
	if strings.Contains(values, ";") {
		separator = ";"
	}
	return NewAxis(setting, strings.Split(values, separator)...)
}

// Set gives a configuration the only value of an axis, and returns both as in the name of a run, such as "beta-0.1".
func (a Axis) Set(c *config.Config) (name string, err error) {
	err = config.Settings.Parse(c, a.row(), a.Values[0])
	return a.name(*c), err
}

// name is the axis' part of a run's name, which is that of a folder.
func (a Axis) name(c config.Config) string {
	return strings.NewReplacer("/", "%2F", `\`, "%5C").Replace(a.row().Sweep().Short + "-" + a.row().Print(c))
}

// find returns the row of a setting that a sweep can vary, by its name or by that in the names of runs, such as "lr".
func find(setting string) (config.Row, error) {
	name := strings.ReplaceAll(strings.TrimSpace(setting), "-", "_")
	row := config.Settings.Named(name)
	if i := slices.IndexFunc(config.Settings, func(row config.Row) bool { return row.Sweep().Short == name }); row == nil && i >= 0 {
		row = config.Settings[i]
	}
	if row == nil {
		var known []string
		for _, row := range config.Settings {
			if row.Sweep().Refused == "" {
				known = append(known, row.Name())
			}
		}
		return nil, fmt.Errorf("unknown setting %q; did you mean %s?", setting, suggest.NearestOrPrefix(name, known))
	}
	if why := row.Sweep().Refused; why != "" {
		return nil, fmt.Errorf("a sweep can't vary %s: %s", row.Subject(), why)
	}
	return row, nil
}

// row returns the axis' row of the settings table.
func (a Axis) row() config.Row { return config.Settings.Named(a.Setting) }

// used reports whether the loss of a run uses the axis' setting.
func (a Axis) used(c config.Config) bool {
	only := a.row().Sweep().Loss
	return only == "" || c.Uses(only)
}

// vary returns each configuration with each value, the values varying fastest.
func (a Axis) vary(configs []config.Config) (varied []config.Config, err error) {
	for _, c := range configs {
		for _, value := range a.Values {
			if err := config.Settings.Parse(&c, a.row(), value); err != nil {
				return nil, err
			}
			varied = append(varied, c)
		}
	}
	return varied, nil
}

// named are the settings that come first in the names of runs, in this order.
var named = []string{config.Beta.JSON, config.LearningRate.JSON, config.LoRARank.JSON, config.LossType.JSON}

// ordered returns axes in the order of the runs' names, which does not depend on the order in which they were given: those of
// named, the others in the order of the settings table, and the seed last.
func ordered(axes []Axis) []Axis {
	place := func(a Axis) int {
		if i := slices.Index(named, a.Setting); i >= 0 {
			return i
		}
		if a.Setting == Seed {
			return len(named) + len(config.Settings)
		}
		return len(named) + slices.IndexFunc(config.Settings, func(row config.Row) bool { return row.Name() == a.Setting })
	}
	sorted := slices.Clone(axes)
	slices.SortStableFunc(sorted, func(a, b Axis) int { return cmp.Compare(place(a), place(b)) })
	return sorted
}
