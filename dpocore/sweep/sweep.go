package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// sweepFile is the file beside a sweep's runs that says what the grid is and, once there are runs to compare, how they
// compare.
const sweepFile = "sweep.json"

// SweepRecord is sweep.json.
type Record struct {
	Grid
	Runs []Result `json:"runs,omitempty"` // the finished ones first, in the order of what matters
	Says string   `json:"says,omitempty"` // which run to take, in a sentence with its evidence
}

// State is how a sweep has left one of its runs.
type State string

// The states of a run.
const (
	Finished  State = "finished"
	Failed    State = "failed"
	Elsewhere State = "elsewhere" // another process trains it
	Waits     State = "waits"     // not finished, and not to be trained now
)

// ReadSweep reads sweep.json of a folder; ok is false where there is none.
func Read(dir string) (record Record, ok bool, err error) {
	path := filepath.Join(dir, sweepFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return record, false, nil
	}
	if err != nil {
		return record, false, fmt.Errorf("open the sweep: %w", err)
	}
	if err := json.Unmarshal(raw, &record); err != nil {
		return record, false, fmt.Errorf("open the sweep: read %s: %w", path, err)
	}
	return record, true, nil
}

// Begin makes a sweep's folder, and writes what the grid is. What sweep.json says of the same grid stays.
func (s Grid) Begin(dir string) error {
	if err := disk.MkdirAll(dir); err != nil {
		return fmt.Errorf("make the folder of the sweep: %w", err)
	}
	before, ok, err := Read(dir)
	if err != nil {
		return err
	}
	own, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write down the sweep: %w", err)
	}
	if known, err := json.Marshal(before.Grid); ok && err == nil && string(known) == string(own) {
		return nil
	}
	return Record{Grid: s}.Write(dir)
}

func (r Record) Write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write down the sweep: %w", err)
	}
	return atomicfile.WriteBytes(filepath.Join(dir, sweepFile), append(raw, '\n'))
}

// SweptRun is a run in sweep.json.
type Result struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Error string `json:"error,omitempty"` // of one that failed
	Shows *Run   `json:"held_out,omitempty"`
}
