package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// The names of the two files in a run folder.
const (
	StepsFile       = "metrics.jsonl"      // one Event a line
	EvaluationsFile = "eval_metrics.jsonl" // one Evaluation a line
)

// row is what a line of either file holds.
type row interface {
	Event | Evaluation
	step() int
	objectives() []Objective
	prefix() string
}

// readRows reads a file of one JSON object a line. What follows the last newline
// was torn off by a crash, or is still being written, and is left out unless it is
// whole. Steps must increase from line to line. An error names file and line.
func readRows[R row](path string) ([]R, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []R
	for number := 1; len(data) > 0; number++ {
		line, rest, ended := bytes.Cut(data, []byte("\n"))
		data = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r R
		if err := json.Unmarshal(line, &r); err != nil {
			if !ended {
				break
			}
			return nil, fmt.Errorf("read %s, line %d: %w", path, number, err)
		}
		if n := len(rows); n > 0 && r.step() <= rows[n-1].step() {
			return nil, fmt.Errorf("read %s, line %d: step %d follows step %d, but steps must increase",
				path, number, r.step(), rows[n-1].step())
		}
		rows = append(rows, r)
	}
	return rows, nil
}
