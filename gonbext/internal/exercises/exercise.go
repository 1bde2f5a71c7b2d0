// Package exercises knows the right answers to the notebooks' exercises, and the usual wrong ones.
//
// Start with [Check]. The table of exercises is in notebooks.go; notebooks/solutions solves them.
package exercises

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// An exercise has a number, a word or a function of one number as its answer.
type exercise struct {
	right any       // float64, string, or func(float64) float64
	why   string    // said after a right answer
	wrong []mistake // usual wrong answers
	hint  string    // for any other
}

type mistake struct {
	answer any
	hint   string
}

// Check reports whether an answer is right, with the reason, or else a hint, which does not give the answer away. An exercise that does
// not exist is an error.
func Check(name string, answer any) (right bool, text string, err error) {
	e, known := all[name]
	if !known {
		return false, "", fmt.Errorf("there is no exercise %s; there are %s", name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	given, ok := e.read(answer)
	switch {
	case !ok:
		return false, "Exercise " + name + " takes " + e.kind() + ".", nil
	case same(e.right, given):
		return true, "Exercise " + name + ": right. " + e.why, nil
	}
	for _, m := range e.wrong {
		if same(m.answer, given) {
			return false, "Exercise " + name + ": not yet. " + m.hint, nil
		}
	}
	return false, "Exercise " + name + ": not yet. " + e.hint, nil
}

// kind names what an answer must be.
func (e exercise) kind() string {
	switch e.right.(type) {
	case float64:
		return "a number, such as 1.5"
	case string:
		return `a word in quotes, such as "yes"`
	}
	return "a function of a number, func(x float64) float64"
}

// read converts an answer to the type of the right one; ok is false if it is of another kind.
func (e exercise) read(answer any) (given any, ok bool) {
	switch e.right.(type) {
	case float64:
		switch x := answer.(type) {
		case float64:
			return x, true
		case int:
			return float64(x), true
		}
		return nil, false
	case string:
		given, ok = answer.(string)
		return given, ok
	}
	given, ok = answer.(func(float64) float64)
	return given, ok
}

// same reports whether two answers of a kind are equal: numbers within 1 %, words whatever their case, functions on [−3, 3].
func same(a, b any) bool {
	switch a := a.(type) {
	case float64:
		return near(a, b.(float64))
	case string:
		return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b.(string)))
	}
	f, g := a.(func(float64) float64), b.(func(float64) float64)
	for x := -3.0; x <= 3; x++ {
		if !near(f(x), g(x)) {
			return false
		}
	}
	return true
}

func near(a, b float64) bool { return math.Abs(a-b) <= 0.01*math.Abs(a)+1e-9 }
