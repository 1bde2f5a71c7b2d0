package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"example.com/gonb-dpo/internal/finite"
)

// Figure is a float64 metric that JSON writes as null when it isn't finite, and reads back as NaN.
type Figure float64

// MarshalJSON writes the shortest number that reads back as f, or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	x := float64(f)
	if !finite.Is(x) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, x, 'g', -1, 64), nil
}

// UnmarshalJSON reads a number; null becomes NaN.
func (f *Figure) UnmarshalJSON(text []byte) error {
	x := math.NaN()
	if string(text) != "null" {
		if err := json.Unmarshal(text, &x); err != nil {
			return fmt.Errorf("%.40s is not a number", text)
		}
	}
	*f = Figure(x)
	return nil
}

func (f Figure) float() float64 { return float64(f) }

// optional is a metric that only some runs have; a row without it does not have its name.
type optional struct{ value **float64 }

func (o optional) absent() bool { return *o.value == nil }

func (o optional) float() float64 {
	if o.absent() {
		return math.NaN()
	}
	return **o.value
}

// MarshalJSON writes the metric like a [Figure].
func (o optional) MarshalJSON() ([]byte, error) { return Figure(o.float()).MarshalJSON() }

// UnmarshalJSON reads a number; null is no metric.
func (o optional) UnmarshalJSON(text []byte) error {
	var f Figure
	if err := f.UnmarshalJSON(text); err != nil {
		return err
	}
	if *o.value = nil; !math.IsNaN(float64(f)) {
		value := float64(f)
		*o.value = &value
	}
	return nil
}

// integer and integer64 are counts. JSON may write one as a float, such as TRL's 17.0; null becomes 0.
type (
	integer   int
	integer64 int64
)

func (n integer) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(n), 10), nil }
func (n integer) float() float64               { return float64(n) }

// UnmarshalJSON reads a whole number.
func (n *integer) UnmarshalJSON(text []byte) error {
	x, err := decodeCount(text)
	*n = integer(x)
	return err
}

func (n integer64) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(n), 10), nil }
func (n integer64) float() float64               { return float64(n) }

// UnmarshalJSON reads a whole number.
func (n *integer64) UnmarshalJSON(text []byte) error {
	x, err := decodeCount(text)
	*n = integer64(x)
	return err
}

// decodeCount reads a whole number from 0 to 2⁵³; null becomes 0.
func decodeCount(text []byte) (int64, error) {
	var f Figure
	if err := f.UnmarshalJSON(text); err != nil || math.IsNaN(float64(f)) {
		return 0, err
	}
	x := float64(f)
	if x != math.Trunc(x) || x < 0 || x > 1<<53 {
		return 0, fmt.Errorf("%.40s is not a whole number of at least 0", text)
	}
	return int64(x), nil
}
