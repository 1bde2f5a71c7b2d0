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
)

// The ways in which the weights of a mix act.
const (
	MixSampling = "sampling" // a step's pairs are drawn from the objectives in proportion to their weights
	MixLoss     = "loss"     // pairs come as they are, and the losses of an objective's pairs count by its weight
)

// MixWays are the values of Mix.By.
var MixWays = []string{MixSampling, MixLoss}

// Mix trains on several objectives at once. Weights count by their ratio: 5, 3 and 2 are 0.5, 0.3 and 0.2. An objective
// of weight 0 is measured and not trained on. Both ways make the expected gradient Σ share·(mean over the objective's
// pairs), whatever the numbers of pairs.
type Mix struct {
	By         string      `json:"by"` // one of MixWays
	Objectives []Objective `json:"objectives"`
}

// Objective is a part of a mix.
type Objective struct {
	Name   string  `json:"name"`   // by which its figures go
	Data   string  `json:"data"`   // its pairs, as FetchData takes them
	Weight float64 `json:"weight"` // from 0 up
}

// ParseMix reads a mix such as "helpfulness=0.5, harmlessness=0.3, truthfulness=0.2". Each part is DATA=WEIGHT or
// NAME:DATA=WEIGHT, where DATA is a file, "builtin", one of its objectives, or a source without settings. A part without
// a name goes by its data's.
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

func parseObjective(part string) (o Objective, err error) {
	at := strings.LastIndex(part, "=")
	if at < 0 {
		return o, fmt.Errorf("the part %q has no weight; write it as in helpfulness=0.5", part)
	}
	data, weight := strings.TrimSpace(part[:at]), strings.TrimSpace(part[at+1:])
	if data == "" {
		return o, fmt.Errorf("the part %q has no data; write it as in helpfulness=0.5", part)
	}
	if o.Weight, err = strconv.ParseFloat(weight, 64); err != nil {
		return o, fmt.Errorf("the weight of %q is %q; it must be a number such as 0.5", data, weight)
	}
	name, rest, named := strings.Cut(data, ":")
	switch {
	case named && !source.Is(data):
		o.Name, o.Data = name, rest
	case source.Is(data):
		o.Name, o.Data = name, data
	default:
		base := filepath.Base(data)
		base, _, _ = strings.Cut(base, ".") // my_pairs.jsonl.gz is my_pairs
		o.Name, o.Data = base, data
	}
	return o, nil
}

// Validate names what no mix can have.
func (m *Mix) Validate() error {
	if !slices.Contains(MixWays, m.By) {
		return fmt.Errorf("the way of mixing is %q; it may be %s", m.By, strings.Join(MixWays, " or "))
	}
	sum, seen := 0.0, map[string]bool{}
	for _, o := range m.Objectives {
		switch {
		case !(o.Weight >= 0) || math.IsInf(o.Weight, 0):
			return fmt.Errorf("the weight of %q is %g; it must be a number from 0 up", o.Name, o.Weight)
		case seen[o.Name]:
			return fmt.Errorf("%q is named twice; give one of them another name, as in other:%s=%g", o.Name, o.Data, o.Weight)
		case o.Name == "" || strings.ContainsFunc(o.Name, notInName):
			return fmt.Errorf("an objective can't be named %q; a name has letters, digits, and - _ . /", o.Name)
		case o.Data == "":
			return fmt.Errorf("the objective %q has no data; write it as in %s:FILE=%g", o.Name, o.Name, o.Weight)
		}
		sum, seen[o.Name] = sum+o.Weight, true
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return fmt.Errorf("the weights sum to %g; write numbers such as 0.5, at least one of them above 0", sum)
	}
	return nil
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r))
}

// Share is the part of the training that an objective has, from 0 to 1; 0 for one that the mix has not.
func (m *Mix) Share(name string) float64 {
	sum, own := 0.0, 0.0
	for _, o := range m.Objectives {
		sum += o.Weight
		if o.Name == name {
			own = o.Weight
		}
	}
	return own / sum
}

// String is the shares of the mix and how they act; "none" for no mix.
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

// IsMix says whether a name of data is a mix. A file of that name is a file, and a source with settings a source.
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

// BuiltinObjectives names the objectives of the built-in pairs, in their order.
func BuiltinObjectives() (names []string, err error) {
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
