package frontier

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/loss"
)

// Method is a loss with its beta.
type Method struct {
	Loss string  `json:"loss_type"`
	Beta float64 `json:"beta"` // 0 for fine-tuning, which has none
}

// Default is what the paper compares, as far as the program has it: DPO at several betas and fine-tuning on the chosen answers; and two
// losses that came later.
func Default() []Method {
	return []Method{{"sigmoid", 0.05}, {"sigmoid", 0.1}, {"sigmoid", 0.5}, {loss.SFTName, 0}, {"ipo", 0.1}, {"ipo", 0.5}, {"simpo", 2}, {"simpo", 10}}
}

// ParseMethods reads "sigmoid:0.05,0.1 ipo:0.1 sft": losses with their betas.
func ParseMethods(text string) (methods []Method, err error) {
	for _, field := range strings.Fields(text) {
		name, betas, given := strings.Cut(field, ":")
		if name == loss.SFTName {
			if given {
				return nil, fmt.Errorf("%q: fine-tuning has no beta; write %s", field, loss.SFTName)
			}
			methods = append(methods, Method{Loss: name})
			continue
		}
		for _, value := range strings.Split(betas, ",") {
			beta, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return nil, fmt.Errorf("%q: give each loss its betas, as in sigmoid:0.05,0.1", field)
			}
			methods = append(methods, Method{name, beta})
		}
	}
	return methods, nil
}

// String is the form that [ParseMethods] reads.
func (m Method) String() string {
	if m.Loss == loss.SFTName {
		return m.Loss
	}
	return m.Loss + ":" + strconv.FormatFloat(m.Beta, 'g', -1, 64)
}

// Describe is the form that [ParseMethods] reads, of a list.
func Describe(methods []Method) string {
	var fields []string
	for i, m := range methods {
		if last := len(fields) - 1; i > 0 && m.Loss != loss.SFTName && methods[i-1].Loss == m.Loss {
			fields[last] += "," + strconv.FormatFloat(m.Beta, 'g', -1, 64)
			continue
		}
		fields = append(fields, m.String())
	}
	return strings.Join(fields, " ")
}

// folder is the name of the method's run.
func (m Method) folder() string { return strings.ReplaceAll(m.String(), ":", "-") }

// config is the settings of the method's run.
func (m Method) config(c config.Config) config.Config {
	c.LossType = m.Loss
	if m.Loss != loss.SFTName {
		c.Beta = m.Beta
	}
	return c
}

// validate reports what is wrong with a list of methods and the settings of their runs.
func validate(methods []Method, c config.Config) error {
	if len(methods) == 0 {
		return errors.New("there is no method to compare; name losses with their betas, as in sigmoid:0.05,0.1 sft")
	}
	for i, m := range methods {
		if slices.Contains(methods[:i], m) {
			return fmt.Errorf("the method %s is given twice", m)
		}
		if err := m.config(c).Validate(); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	return nil
}
