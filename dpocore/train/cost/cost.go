// Package cost describes what a run takes: memory, time and compilations.
package cost

import (
	"fmt"
	"math"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/demand"
	"example.com/gonb-dpo/internal/wording"
)

// Cost is the expected cost of a run or, afterwards, its actual cost.
type Cost struct {
	Memory   int64 // bytes at most; 0 if unknown, as on a GPU
	Seconds  float64
	Compiles int
	Filled   float64 // share of the positions in rows that hold a token; 0 if unknown
}

func (c Cost) String() string {
	var parts []string
	if c.Memory > 0 {
		parts = append(parts, demand.Gigabytes(c.Memory)+" of memory at most")
	}
	parts = append(parts, duration(c.Seconds), wording.Count(c.Compiles, "graph"))
	if c.Filled > 0 {
		parts = append(parts, fmt.Sprintf("rows %.0f %% full", 100*c.Filled))
	}
	return strings.Join(parts, ", ")
}

func duration(seconds float64) string {
	if seconds < 90 {
		return fmt.Sprintf("%.0f seconds", seconds)
	}
	return fmt.Sprintf("%.1f minutes", seconds/60)
}

// About is a forecast of several runs in words: "about 40 minutes and 1.2 GB of memory". The memory is left out if it is 0.
func About(seconds float64, memory int64) string {
	text := "about " + wording.Count(max(1, int(math.Round(seconds))), "second")
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d >= 90*time.Minute:
		text = fmt.Sprintf("about %.1f hours", d.Hours())
	case d >= 90*time.Second:
		text = fmt.Sprintf("about %.0f minutes", d.Minutes())
	}
	if memory > 0 {
		text += fmt.Sprintf(" and %s of memory", demand.Gigabytes(memory))
	}
	return text
}
