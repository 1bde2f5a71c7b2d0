package source

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
)

// Options are settings of some sources.
type Options struct {
	SHPRatio float64                // shp: minimum ratio of the chosen comment's score to that of the rejected one
	SHPPairs int                    // shp: maximum pairs per post; 0 for all
	Answers  preference.ListOptions // ultrafeedback/original: which pairs to form from the four completions
}

// DefaultOptions are, for shp, the settings with which its authors trained SteamSHP
// (model card), and for ultrafeedback/original all pairs of completions with different
// scores.
func DefaultOptions() Options { return Options{SHPRatio: 2, SHPPairs: 5} }

// settings describes the settings that may follow a source's name.
func settings(name string) string {
	switch {
	case name == "shp" || strings.HasPrefix(name, "shp/"):
		return "ratio (such as ratio=3) and pairs (per post, such as pairs=1; 0 for all)"
	case name == "ultrafeedback/original":
		return "pairs (all, best-worst or adjacent) and gap (of scores, such as gap=1)"
	}
	return ""
}

// split splits "shp,ratio=3:PATH" into its parts; local reports whether a path is given.
func split(text string) (name, options, path string, local bool) {
	name, path, local = strings.Cut(text, ":")
	name, options, _ = strings.Cut(name, ",")
	return name, options, path, local
}

// with applies settings such as "ratio=3,pairs=1".
func (o Options) with(name, options string) (Options, error) {
	if options == "" {
		return o, nil
	}
	for _, setting := range strings.Split(options, ",") {
		key, value, _ := strings.Cut(setting, "=")
		if err := o.set(name, key, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

// set applies one setting.
func (o *Options) set(name, key, value string) (err error) {
	allowed := settings(name)
	shp := strings.HasPrefix(name, "shp")
	switch {
	case allowed == "":
		return fmt.Errorf("%s has no settings, but %q follows its name; remove it", name, key)
	case shp && key == "ratio":
		o.SHPRatio, err = strconv.ParseFloat(value, 64)
	case shp && key == "pairs":
		o.SHPPairs, err = strconv.Atoi(value)
	case !shp && key == "gap":
		o.Answers.MinGap, err = strconv.ParseFloat(value, 64)
	case !shp && key == "pairs":
		choice, ok := preference.ParseChoice(value)
		if !ok {
			return fmt.Errorf("%s: the setting pairs is %q; it may be all, best-worst or adjacent", name, value)
		}
		o.Answers.Choice = choice
	default:
		return fmt.Errorf("%s has no setting %q; it has %s", name, key, allowed)
	}
	if err != nil {
		return fmt.Errorf("%s: the setting %s is %q; it must be a number", name, key, value)
	}
	return nil
}

// validate returns an error for an invalid setting.
func (o Options) validate() error {
	if !(o.SHPRatio >= 1) {
		return fmt.Errorf("the minimum score ratio is %g; it must be at least 1", o.SHPRatio)
	}
	if o.SHPPairs < 0 {
		return fmt.Errorf("the maximum number of pairs per post is %d; it must be at least 0, where 0 means all", o.SHPPairs)
	}
	return o.Answers.Validate()
}

// Is reports whether text names a source, possibly with settings and a path.
func Is(text string) bool {
	name, _, _, _ := split(text)
	_, ok := find(name)
	return ok
}

// Names lists the sources, with shp's subreddits last.
func Names() (names []string) {
	for _, s := range published {
		names = append(names, s.name)
	}
	return names
}

// Repository returns the name on the hub of the data set that a text names, or "" if it names none.
func Repository(text string) string {
	name, _, _, _ := split(text)
	s, _ := find(name)
	return s.repo.ID
}

// Describe returns a short description of a source's content and settings.
func Describe(name string) string {
	s, ok := find(name)
	if !ok {
		return ""
	}
	about := s.description
	if allowed := settings(name); allowed != "" {
		about += "; settings: " + allowed
	}
	return about
}
