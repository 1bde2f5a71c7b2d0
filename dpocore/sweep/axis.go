package sweep

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
)

// Axis is a setting with the values that a grid gives it.
type Axis struct {
	Flag   string // of the list of values, such as "learning-rates"
	Single string // flag of a single value, such as "learning-rate"
	Help   string // of Flag
	Values any    // *[]float64, *[]int or *[]string

	Text func(config.Config) string // the value in a configuration

	label, short string
	rebuilds     config.Rebuild
	count        func() int
	vary         func([]config.Config) []config.Config // each configuration with each value, the values varying fastest
}

func axis[T any](s config.Setting[T], values *[]T, flag, help string) Axis {
	return Axis{
		Flag: flag, Single: s.FlagName(), Help: help, Values: values,
		Text:  func(c config.Config) string { return fmt.Sprint(*s.Field(&c)) },
		label: s.Label, short: s.Short, rebuilds: s.Rebuilds,
		count: func() int { return len(*values) },
		vary: func(configs []config.Config) []config.Config {
			if len(*values) == 0 {
				return configs
			}
			var varied []config.Config
			for _, c := range configs {
				for _, value := range *values {
					*s.Field(&c) = value
					varied = append(varied, c)
				}
			}
			return varied
		},
	}
}
