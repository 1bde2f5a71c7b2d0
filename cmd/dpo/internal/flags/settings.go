package flags

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
)

// Settings adds the settings of a run, for every command that trains. Their defaults are the values in c.
func Settings(f *pflag.FlagSet, c *config.Config) { tableFlags(f, config.Settings, c) }

// FineTuning adds the settings of a run without a loss to choose.
func FineTuning(f *pflag.FlagSet, c *config.Config) { tableFlags(f, config.FineTuning, c) }

// replacing is the value of a flag that says in another way what the flag other says. Unless that is given too, its default is
// cleared.
type replacing struct {
	pflag.Value
	other func() bool // is given
	clear func()
}

func (r *replacing) Set(text string) error {
	if !r.other() {
		r.clear()
	}
	return r.Value.Set(text)
}

// tableFlags adds a flag for each setting of a table that has one. A flag that the command has already stays, as the reference of
// dpo rounds.
func tableFlags(f *pflag.FlagSet, table config.Table, c *config.Config) {
	for _, row := range table {
		name, help := row.Flag()
		if name == "" || f.Lookup(name) != nil {
			continue
		}
		switch value := row.Pointer(c).(type) {
		case *float64:
			f.Float64Var(value, name, *value, help)
		case *[]float64:
			Floats(f, value, name, help)
		case *int:
			f.IntVar(value, name, *value, help)
		case *[]int:
			f.IntSliceVar(value, name, *value, help)
		case *bool:
			f.BoolVar(value, name, *value, help)
		case *string:
			f.StringVar(value, name, *value, help)
		case *[]string:
			f.StringSliceVar(value, name, *value, help)
		case pflag.Value:
			f.Var(value, name, help)
		default:
			panic(fmt.Sprintf("--%s is a setting of type %T", name, value))
		}
		if other := table.Find(row.Instead()); other != nil {
			otherName, _ := other.Flag()
			added := f.Lookup(name)
			added.Value = &replacing{added.Value, func() bool { return f.Changed(otherName) }, func() { other.Clear(c) }}
		}
	}
}

// Given copies the settings whose flags are given to another run's settings.
func Given(f *pflag.FlagSet, from config.Config, to *config.Config) {
	for _, row := range config.Settings {
		name, _ := row.Flag()
		if name == "" || !f.Changed(name) {
			continue
		}
		if other := config.Settings.Find(row.Instead()); other != nil {
			if otherName, _ := other.Flag(); !f.Changed(otherName) {
				other.Clear(to)
			}
		}
		assign(row, &from, to)
	}
}

// Floats adds a flag for a list of numbers. The help prints its default as it is given, and none for an empty list.
func Floats(f *pflag.FlagSet, list *[]float64, name, help string) {
	f.Float64SliceVar(list, name, *list, help)
	var texts []string
	for _, x := range *list {
		texts = append(texts, strconv.FormatFloat(x, 'g', -1, 64))
	}
	f.Lookup(name).DefValue = strings.Join(texts, ",")
}

// assign gives a setting the value that it has in from.
func assign(row config.Row, from, to *config.Config) {
	reflect.ValueOf(row.Pointer(to)).Elem().Set(reflect.ValueOf(row.Pointer(from)).Elem())
}
