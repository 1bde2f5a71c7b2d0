package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// The two log files in a run folder.
const (
	StepsFile       = "metrics.jsonl"      // one Event per line
	EvaluationsFile = "eval_metrics.jsonl" // one Evaluation per line
)

// readRows reads a JSON Lines file. Text after the last newline is a line that a crash tore or that is still being written:
// it is ignored unless it parses. Steps must increase from line to line. An error names the file and the line.
func readRows[R any, P rowOf[R]](path string) ([]R, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []R
	for number := 1; len(data) > 0; number++ {
		line, rest, terminated := bytes.Cut(data, []byte("\n"))
		data = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r R
		if err := json.Unmarshal(line, &r); err != nil {
			if !terminated {
				break
			}
			return nil, fmt.Errorf("read %s, line %d: %w", path, number, err)
		}
		step := P(&r).step()
		if n := len(rows); n > 0 && step <= P(&rows[n-1]).step() {
			return nil, fmt.Errorf("read %s, line %d: step %d follows step %d, but steps must increase",
				path, number, step, P(&rows[n-1]).step())
		}
		rows = append(rows, r)
	}
	return rows, nil
}
