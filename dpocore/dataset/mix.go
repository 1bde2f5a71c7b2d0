package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/source"
	"example.com/gonb-dpo/internal/wording"
)

// How the weights of a mix act.
const (
	MixSampling = "sampling" // each step draws its pairs from the objectives in proportion to the weights
	MixLoss     = "loss"     // pairs keep their order, and the loss of a pair is scaled by its objective's weight
)

// MixMethods are the values of [Mix.By].
var MixMethods = []string{MixSampling, MixLoss}

// Mix trains on several objectives at once. Only the ratios of the weights matter: 5, 3 and 2 are 0.5, 0.3 and 0.2. An
// objective of weight 0 is evaluated but not trained on. With both methods the expected gradient is the sum over the
// objectives of share · (mean gradient of the objective's pairs), whatever the numbers of pairs.
type Mix struct {
	By         string      `json:"by"` // one of MixMethods
	Objectives []Objective `json:"objectives"`
}

// Objective is a part of a mix.
type Objective struct {
	Name   string  `json:"name"`   // in metrics and reports
	Data   string  `json:"data"`   // its pairs, as in Load
	Weight float64 `json:"weight"` // at least 0
}

// ParseMix reads a mix such as "helpfulness=0.5, harmlessness=0.3, truthfulness=0.2". Each part is DATA=WEIGHT or
// NAME:DATA=WEIGHT, where DATA is a file, "builtin", one of its objectives, or a source without settings. Without NAME the
// objective is named after its data.
func ParseMix(text string) (*Mix, error) {
	mix := &Mix{By: MixSampling}
	for _, part := range strings.Split(text, ",") {
		objective, err := parseObjective(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("read the mix %q: %w", text, err)
		}
		mix.Objectives = append(mix.Objectives, objective)
	}
	if err := mix.Validate(); err != nil {
		return nil, fmt.Errorf("read the mix %q: %w", text, err)
	}
	return mix, nil
}

// parseObjective reads one part of a mix.
func parseObjective(part string) (o Objective, err error) {
	at := strings.LastIndex(part, "=")
	if at < 0 {
		return o, fmt.Errorf("the part %q has no weight; write for example helpfulness=0.5", part)
	}
	data, weight := strings.TrimSpace(part[:at]), strings.TrimSpace(part[at+1:])
	if data == "" {
		return o, fmt.Errorf("the part %q has no data; write for example helpfulness=0.5", part)
	}
	if o.Weight, err = strconv.ParseFloat(weight, 64); err != nil {
		return o, fmt.Errorf("the weight of %q is %q; it must be a number such as 0.5", data, weight)
	}
	name, rest, named := strings.Cut(data, ":")
	switch {
	case named && !isPublished(data):
		o.Name, o.Data = name, rest
	case source.Is(data):
		o.Name, o.Data = name, data
	case isPublished(data):
		set, _ := source.ParseHub(data)
		o.Name, o.Data = set.Repo.ID, data
	default:
		base := filepath.Base(data)
		base, _, _ = strings.Cut(base, ".") // my_pairs.jsonl.gz becomes my_pairs
		o.Name, o.Data = base, data
	}
	return o, nil
}

// Validate returns the first fault of a mix.
func (m *Mix) Validate() error {
	if !slices.Contains(MixMethods, m.By) {
		return fmt.Errorf("unknown way to mix %q; it must be %s", m.By, wording.Or(MixMethods))
	}
	sum, seen := 0.0, map[string]bool{}
	for _, o := range m.Objectives {
		switch {
		case !(o.Weight >= 0) || math.IsInf(o.Weight, 0):
			return fmt.Errorf("the weight of %q is %g; it must be a number of at least 0", o.Name, o.Weight)
		case seen[o.Name]:
			return fmt.Errorf("two objectives are named %q; rename one of them, for example other:%s=%g", o.Name, o.Data, o.Weight)
		case o.Name == "" || strings.ContainsFunc(o.Name, notInName):
			return fmt.Errorf("invalid objective name %q; use only letters, digits and - _ . /", o.Name)
		case o.Data == "":
			return fmt.Errorf("the objective %q has no data; write for example %s:FILE=%g", o.Name, o.Name, o.Weight)
		}
		sum, seen[o.Name] = sum+o.Weight, true
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return fmt.Errorf("the weights sum to %g; give finite numbers such as 0.5, at least one of them above 0", sum)
	}
	return nil
}

// notInName reports whether a character is not allowed in the name of an objective.
func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r))
}

// Share is an objective's weight relative to the sum of all weights, from 0 to 1; 0 for an unknown objective.
func (m *Mix) Share(name string) float64 {
	sum, weight := 0.0, 0.0
	for _, o := range m.Objectives {
		sum += o.Weight
		if o.Name == name {
			weight = o.Weight
		}
	}
	return weight / sum
}

// String returns the shares of the mix and how they act; "none" for nil.
func (m *Mix) String() string {
	if m == nil {
		return "none"
	}
	var parts []string
	for _, o := range m.Objectives {
		parts = append(parts, fmt.Sprintf("%s %.4g %%", o.Name, 100*m.Share(o.Name)))
	}
	return strings.Join(parts, ", ") + ", by " + m.By
}

// IsMix reports whether a name of data is a mix, and neither an existing file nor a source with settings.
func IsMix(name string) bool {
	if !strings.Contains(name, "=") {
		return false
	}
	if _, err := os.Stat(name); err == nil {
		return false
	}
	if !source.Is(name) {
		return true
	}
	_, err := ParseMix(name)
	return err == nil
}

// builtinObjectives returns the objectives of the built-in pairs, in order of appearance.
func builtinObjectives() (names []string, err error) {
	pairs, _, err := preference.Builtin()
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs.Pairs {
		if !slices.Contains(names, pair.Objective) {
			names = append(names, pair.Objective)
		}
	}
	return names, nil
}
