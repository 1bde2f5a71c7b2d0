package recipe

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/config"
)

// Config returns the defaults with the settings of a file, under their names in run.json or TRL's. An unknown setting or a wrong value
// is an error with its line. Model, data and folder of a run are no settings here.
func (f File) Config() (config.Config, error) {
	c := config.Default()
	for _, e := range f.Entries {
		if err := e.set(&c); err != nil {
			return c, fmt.Errorf("%s: %w", f.Where(e), err)
		}
	}
	for _, e := range f.Entries { // once all are set, since some checks compare two
		if err := config.Settings.Named(e.Key).Validate(c); err != nil {
			return c, fmt.Errorf("%s: %w", f.Where(e), err)
		}
	}
	return c, c.Validate()
}

// set gives a setting the entry's value.
func (e Entry) set(c *config.Config) error {
	row := config.Settings.Named(e.Key)
	if row == nil {
		return fmt.Errorf("unknown setting %s; `dpo config show` lists all, and model, pairs and folder of a run are not among them", e.Key)
	}
	if e.IsNull() {
		return nil
	}
	_, several := row.Pointer(c).(*config.Arguments)
	texts, err := e.Values(several)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if err := config.Settings.Parse(c, row, text); err != nil {
			return err
		}
	}
	return nil
}
