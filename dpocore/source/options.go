package source

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
)

// Options are what can be chosen of some sources.
type Options struct {
	SHPRatio float64                // shp: how many times the score of the rejected comment the chosen one has at least
	SHPPairs int                    // shp: most pairs of one post; 0 for all
	Answers  preference.ListOptions // ultrafeedback/original: which pairs of the four completions
}

// DefaultOptions are those of SHP's authors for their own models
// (SteamSHP's model card), and all pairs of completions whose scores differ.
func DefaultOptions() Options { return Options{SHPRatio: 2, SHPPairs: 5} }

// choices are the values of ultrafeedback/original's setting pairs.
var choices = map[string]preference.Choice{"all": preference.AllPairs, "best-worst": preference.BestWorst, "adjacent": preference.Adjacent}

// settings names what may follow a source's name.
func settings(name string) string {
	switch {
	case name == "shp" || strings.HasPrefix(name, "shp/"):
		return "ratio (such as ratio=3) and pairs (of a post, such as pairs=1; 0 for all)"
	case name == "ultrafeedback/original":
		return "pairs (all, best-worst or adjacent) and gap (of scores, such as gap=1)"
	}
	return ""
}

// split takes "shp,ratio=3:PATH" apart.
func split(text string) (name, chosen, path string, local bool) {
	name, path, local = strings.Cut(text, ":")
	name, chosen, _ = strings.Cut(name, ",")
	return name, chosen, path, local
}

// with reads settings such as "ratio=3,pairs=1".
func (o Options) with(name, chosen string) (Options, error) {
	if chosen == "" {
		return o, nil
	}
	for _, setting := range strings.Split(chosen, ",") {
		key, value, _ := strings.Cut(setting, "=")
		if err := o.set(name, key, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *Options) set(name, key, value string) (err error) {
	may := settings(name)
	shp := strings.HasPrefix(name, "shp")
	switch {
	case may == "":
		return fmt.Errorf("%s has no settings, but %q follows its name", name, key)
	case shp && key == "ratio":
		o.SHPRatio, err = strconv.ParseFloat(value, 64)
	case shp && key == "pairs":
		o.SHPPairs, err = strconv.Atoi(value)
	case !shp && key == "gap":
		o.Answers.MinGap, err = strconv.ParseFloat(value, 64)
	case !shp && key == "pairs":
		choice, ok := choices[value]
		if !ok {
			return fmt.Errorf("%s: the setting pairs is %q; it may be all, best-worst or adjacent", name, value)
		}
		o.Answers.Choice = choice
	default:
		return fmt.Errorf("%s has no setting %q; it has %s", name, key, may)
	}
	if err != nil {
		return fmt.Errorf("%s: the setting %s is %q; it must be a number", name, key, value)
	}
	return nil
}

// validate names a setting that can't be.
func (o Options) validate() error {
	if !(o.SHPRatio >= 1) {
		return fmt.Errorf("the least score ratio is %g; it must be at least 1", o.SHPRatio)
	}
	if o.SHPPairs < 0 {
		return fmt.Errorf("the most pairs of a post are %d; it must be at least 0, where 0 means all", o.SHPPairs)
	}
	return o.Answers.Validate()
}

// Is reports whether a name is that of a source, perhaps with settings and a
// path.
func Is(text string) bool {
	name, _, _, _ := split(text)
	_, ok := find(name)
	return ok
}

// Names lists the sources, those within shp last.
func Names() (names []string) {
	for _, s := range sets() {
		names = append(names, s.name)
	}
	return names
}

// Describe says what a source holds, in a few words.
func Describe(name string) string {
	s, ok := find(name)
	if !ok {
		return ""
	}
	about := s.description
	if may := settings(name); may != "" {
		about += "; settings: " + may
	}
	return about
}
