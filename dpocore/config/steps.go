package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"example.com/gonb-dpo/internal/finite"
)

// Steps is a number of steps, or what a run turns into one when it knows its length: a share of its steps, between 0 and 1,
// or [Epoch]. In run.json it is always a number of steps.
type Steps float64

// Epoch is the number of steps of a pass over the pairs, written "epoch".
const Epoch Steps = -1

// Int is a number of steps that [Config.Resolve] has made one.
func (s Steps) Int() int { return int(s) }

// resolve turns a share or an epoch into a number of steps, as transformers does.
func (s Steps) resolve(steps, stepsPerEpoch int) Steps {
	switch {
	case s == Epoch:
		return Steps(stepsPerEpoch)
	case s > 0 && s < 1:
		return Steps(math.Ceil(float64(steps) * float64(s)))
	}
	return s
}

const stepsMust = "a whole number of at least 0, a share of the run such as 0.1, or epoch"

// must returns what the value must be, if it is not that.
func (s Steps) must() string {
	x := float64(s)
	if s == Epoch || finite.Is(x) && x >= 0 && (x < 1 || x == math.Trunc(x) && x < math.MaxInt32) {
		return ""
	}
	return stepsMust
}

// String implements pflag.Value.
func (s Steps) String() string {
	if s == Epoch {
		return "epoch"
	}
	return strconv.FormatFloat(float64(s), 'f', -1, 64)
}

// Set implements pflag.Value.
func (s *Steps) Set(text string) error {
	if text == "epoch" {
		*s = Epoch
		return nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if must := Steps(x).must(); err != nil || Steps(x) == Epoch || must != "" {
		return errors.New("it must be " + stepsMust)
	}
	*s = Steps(x)
	return nil
}

// Type implements pflag.Value.
func (*Steps) Type() string { return "steps" }

// MarshalJSON writes a number, or "epoch".
func (s Steps) MarshalJSON() ([]byte, error) {
	if s == Epoch {
		return []byte(`"epoch"`), nil
	}
	return json.Marshal(float64(s))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Steps) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	if err := s.Set(text); err != nil {
		return fmt.Errorf("%.40s is no number of steps: %w", raw, err)
	}
	return nil
}
