package adapter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// wayOut is what to do with an adapter that this program does not read.
const wayOut = "merge it into its model with PEFT (merge_and_unload), save the result, and use that as the model"

// loadable is adapter_config.json with the settings that [Load] reads in all of PEFT's forms.
type loadable struct {
	peftConfig
	Exclude      json.RawMessage `json:"exclude_modules"`     // a list of names or a pattern
	Layers       json.RawMessage `json:"layers_to_transform"` // a number or a list of numbers
	RankPattern  patterns        `json:"rank_pattern"`
	AlphaPattern patterns        `json:"alpha_pattern"`
}

// readLoadable reads adapter_config.json. It fails, naming the setting, if the adapter uses a feature of PEFT that this
// program does not implement.
func readLoadable(dir string) (c loadable, err error) {
	raw, err := readConfigFile(dir)
	if err != nil {
		return c, err
	}
	if err = refuse(raw, append(slices.Clone(interpreted), excluding)); err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return c, fmt.Errorf("read %s: %w", filepath.Join(dir, configFile), err)
	}
	return c, nil
}

// layerNumber finds the number of the layer in a projection's path.
var layerNumber = regexp.MustCompile(`\.(\d+)\.`)

// targets reports whether the settings put LoRA on the projection at a path. If a pattern is not one that Go's regular
// expressions know, such as one with a look-ahead, the answer is stored: whether the file has factors of the projection.
func (c loadable) targets(path string, stored bool) (bool, error) {
	included, known, err := selects(c.TargetModules, path)
	if err != nil || !known {
		return stored, wrapSetting("target_modules", err)
	}
	excluded, known, err := selects(c.Exclude, path)
	if err != nil || !known {
		return stored, wrapSetting("exclude_modules", err)
	}
	layers, err := numbers(c.Layers)
	if err != nil {
		return false, wrapSetting("layers_to_transform", err)
	}
	return included && !excluded && (layers == nil || slices.Contains(layers, layerOf(path))), nil
}

// layerOf is the number of the layer in a projection's path.
func layerOf(path string) int {
	layer, _ := strconv.Atoi(layerNumber.FindStringSubmatch(path)[1])
	return layer
}

func wrapSetting(name string, err error) error {
	if err != nil {
		err = fmt.Errorf("%s of %s: %w", name, configFile, err)
	}
	return err
}

// selects reports whether a list of names, or a pattern for the whole path, matches a path. known is false for a pattern
// that Go's regular expressions don't know.
func selects(setting json.RawMessage, path string) (selected, known bool, err error) {
	if isNone(setting) {
		return false, true, nil
	}
	var names []string
	if json.Unmarshal(setting, &names) == nil {
		return slices.ContainsFunc(names, func(name string) bool { return path == name || strings.HasSuffix(path, "."+name) }), true, nil
	}
	var pattern string
	if err := json.Unmarshal(setting, &pattern); err != nil {
		return false, false, fmt.Errorf("it is %s; it must be a list of names or a pattern", setting)
	}
	if pattern == "all-linear" {
		return true, true, nil
	}
	whole, err := regexp.Compile(`^(?:` + pattern + `)$`)
	if err != nil {
		return false, false, nil
	}
	return whole.MatchString(path), true, nil
}

// numbers reads a number, a list of numbers, or nothing.
func numbers(setting json.RawMessage) (list []int, err error) {
	if isNone(setting) {
		return nil, nil
	}
	var one int
	if json.Unmarshal(setting, &one) == nil {
		return []int{one}, nil
	}
	if err := json.Unmarshal(setting, &list); err != nil {
		return nil, fmt.Errorf("it is %s; it must be a number or a list of numbers", setting)
	}
	return list, nil
}

// isNone reports whether a setting is missing, or has a value that means nothing.
func isNone(setting json.RawMessage) bool {
	return len(setting) == 0 || slices.Contains([]string{"null", "false", "{}", "[]"}, string(setting))
}

// patterns are values for the projections whose paths end in what a pattern matches. The first match counts.
type patterns []struct {
	ending *regexp.Regexp
	value  float64
}

// UnmarshalJSON reads an object in the order of its fields.
func (p *patterns) UnmarshalJSON(raw []byte) error {
	if isNone(raw) {
		return nil
	}
	var object map[string]float64
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			continue
		}
		ending, err := regexp.Compile(`^(?:.*\.)?(?:` + name + `)$`)
		if err != nil {
			return fmt.Errorf("the pattern %q is not one that this program knows; write one name for each projection", name)
		}
		*p = append(*p, struct {
			ending *regexp.Regexp
			value  float64
		}{ending, object[name]})
	}
	return nil
}

// of returns the value for a path, or otherwise.
func (p patterns) of(path string, otherwise float64) float64 {
	for _, pattern := range p {
		if pattern.ending.MatchString(path) {
			return pattern.value
		}
	}
	return otherwise
}

// rankAndAlpha returns the rank and alpha of the projection at a path.
func (c loadable) rankAndAlpha(path string) (rank int, alpha float64, err error) {
	rank, alpha = int(c.RankPattern.of(path, float64(*c.Rank))), c.AlphaPattern.of(path, *c.Alpha)
	if rank < 1 {
		return 0, 0, fmt.Errorf("the LoRA rank of %s is %d; it must be at least 1", path, rank)
	}
	return rank, alpha, nil
}
