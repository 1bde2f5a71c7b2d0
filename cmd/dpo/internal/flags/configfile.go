package flags

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/recipe"
)

// configFlag is the flag with a file of settings.
const configFlag = "config"

// configFile is its value.
type configFile struct {
	path     string
	settings *config.Config
	lines    map[string]recipe.Entry // by the flag that each sets
}

func (c *configFile) String() string        { return c.path }
func (c *configFile) Set(path string) error { c.path = path; return nil }
func (c *configFile) Type() string          { return "file" }

// ConfigFile adds the flag of a file of settings to a command whose other flags are declared. [ReadConfig] reads it.
func ConfigFile(cmd *cobra.Command, settings *config.Config) {
	cmd.Flags().Var(&configFile{settings: settings, lines: map[string]recipe.Entry{}}, configFlag,
		"YAML `file` of settings, under the flags' names with _ for - or TRL's names; flags win (dpo config translate writes one from a file of TRL, LLaMA-Factory or axolotl)")
}

// notInFile are flags that a file of settings can't have.
var notInFile = []string{configFlag, "help", "json", "resume", "overwrite"}

// namesOfRun has TRL's names of flags that are no settings of the run itself.
var namesOfRun = map[string]string{"model_name_or_path": "model", "dataset_name": "data", "output_dir": "out"}

// fileOf returns the value of the flag, or nil.
func fileOf(cmd *cobra.Command) *configFile {
	f := cmd.Flags().Lookup(configFlag)
	if f == nil {
		return nil
	}
	value := f.Value
	if wrapped, ok := value.(*once); ok {
		value = wrapped.Value
	}
	file, _ := value.(*configFile)
	return file
}

// ReadConfig reads a command's file of settings, if any, and gives the flags that are not on the command line the values in it.
func ReadConfig(cmd *cobra.Command) error {
	c := fileOf(cmd)
	if c == nil || c.path == "" {
		return nil
	}
	file, err := recipe.Read(c.path)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, e := range file.Entries {
		if err := c.apply(cmd, e, given); err != nil {
			return fmt.Errorf("%s: %w", file.Where(e), err)
		}
	}
	for _, row := range config.Settings {
		name, _ := row.Flag()
		if e, ok := c.lines[name]; ok {
			if err := row.Validate(*c.settings); err != nil {
				return fmt.Errorf("%s: %w", file.Where(e), err)
			}
		}
	}
	return nil
}

// apply gives a flag the value of an entry, unless the command line has it, or another flag that excludes or replaces it.
func (c *configFile) apply(cmd *cobra.Command, e recipe.Entry, given map[string]bool) error {
	f := flagOf(cmd, e.Key)
	if f == nil {
		return unknownSetting(cmd, e.Key)
	}
	if earlier, ok := c.lines[f.Name]; ok {
		return fmt.Errorf("%s is the same setting as %s in line %d; give it once", e.Key, earlier.Key, earlier.Line)
	}
	if e.IsNull() || given[f.Name] || slices.ContainsFunc(rivals(f), func(name string) bool { return given[name] }) {
		return nil
	}
	texts, err := e.Values(f.Value.Type() == new(config.Arguments).Type())
	if err != nil {
		return err
	}
	for _, text := range texts {
		if err := cmd.Flags().Set(f.Name, text); err != nil {
			var invalid *pflag.InvalidValueError
			if errors.As(err, &invalid) {
				err = explainValue(cmd, invalid)
			}
			return err
		}
	}
	c.lines[f.Name] = e
	return nil
}

// flagOf returns the flag that a setting in a file means, or nil.
func flagOf(cmd *cobra.Command, key string) *pflag.Flag {
	name := namesOfRun[key]
	if row := config.Settings.Named(key); row != nil {
		name, _ = row.Flag()
	} else if name == "" && !strings.Contains(key, "-") {
		name = strings.ReplaceAll(key, "_", "-")
	}
	if name == "" || slices.Contains(notInFile, name) {
		return nil
	}
	return cmd.Flags().Lookup(name)
}

// rivals are flags that a command line can't have together with a flag, or that say the same and lose against it.
func rivals(f *pflag.Flag) (names []string) {
	for _, group := range f.Annotations["cobra_annotation_mutually_exclusive"] {
		names = append(names, strings.Fields(group)...)
	}
	for _, row := range config.Settings {
		if replaced := config.Settings.Find(row.Instead()); replaced != nil {
			if name, _ := replaced.Flag(); name == f.Name {
				other, _ := row.Flag()
				names = append(names, other)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == f.Name })
}

// unknownSetting names the setting that was meant.
func unknownSetting(cmd *cobra.Command, key string) error {
	plain := strings.ToLower(strings.ReplaceAll(key, "_", "-"))
	if slices.Contains(notInFile, plain) {
		return fmt.Errorf("%s is given on the command line, as --%s", key, plain)
	}
	flag, why := meantBy(cmd, plain)
	if flag != "" {
		return fmt.Errorf("unknown setting %s; here it is %s", key, strings.ReplaceAll(flag, "-", "_"))
	}
	if why == "" {
		why = "`dpo config show` lists the settings, and `dpo config translate` translates files of other tools"
	}
	return fmt.Errorf("unknown setting %s; %s", key, why)
}

// Origin is where the value of a flag is from.
func Origin(cmd *cobra.Command, name string) string {
	c := fileOf(cmd)
	f := cmd.Flags().Lookup(name)
	switch {
	case c != nil && c.path != "" && c.lines[name].Line > 0:
		return fmt.Sprintf("%s, line %d", c.path, c.lines[name].Line)
	case f != nil && f.Changed:
		return "flag"
	}
	return "default"
}
