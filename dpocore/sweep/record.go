package sweep

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// sweepFile is beside the folders of a sweep's runs. It has the grid and, once runs are finished, their comparison.
const sweepFile = "sweep.json"

// Record is sweep.json.
type Record struct {
	Grid
	Settings []Setting `json:"settings,omitempty"` // those with finished runs, best first as in Sort
	Runs     []Result  `json:"runs,omitempty"`     // the finished ones first, in the order of their settings
	Summary  string    `json:"says,omitempty"`     // which setting to choose and why, from Advise
}

// Result is a run in sweep.json.
type Result struct {
	Name    string `json:"name"`
	State   State  `json:"state"`
	Error   string `json:"error,omitempty"`    // of a failed run
	Stop    *Stop  `json:"stop,omitempty"`     // of a stopped run
	HeldOut *Run   `json:"held_out,omitempty"` // of a finished run
}

// State is the state of a run in a sweep.
type State string

// The states of a run.
const (
	Finished  State = "finished"
	Failed    State = "failed"
	Elsewhere State = "elsewhere" // another process is training it
	Stopped   State = "stopped"   // by halving
	Halted    State = "halted"    // by an order
	Pending   State = "waits"     // not finished, and not trained by this call
)

// Read reads sweep.json of a folder; ok is false if it does not exist.
func Read(dir string) (record Record, ok bool, err error) {
	path := filepath.Join(dir, sweepFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return record, false, nil
	}
	if err != nil {
		return record, false, fmt.Errorf("open the sweep: %w", err)
	}
	if err := cmp.Or(json.Unmarshal(raw, &record), record.readLists(raw), record.Grid.readable()); err != nil {
		return record, false, fmt.Errorf("open the sweep: read %s: %w; remove the file, and the sweep writes it again from its runs", path, err)
	}
	return record, true, nil
}

// readLists reads the axes of a sweep that was recorded when each was a separate field.
func (r *Record) readLists(raw []byte) error {
	var lists struct {
		Betas         []float64 `json:"betas"`
		LearningRates []float64 `json:"learning_rates"`
		Ranks         []int     `json:"ranks"`
		LossTypes     []string  `json:"loss_types"`
	}
	if err := json.Unmarshal(raw, &lists); err != nil {
		return err
	}
	for _, axis := range []Axis{
		listed(config.Beta.JSON, lists.Betas), listed(config.LearningRate.JSON, lists.LearningRates),
		listed(config.LoRARank.JSON, lists.Ranks), listed(config.LossType.JSON, lists.LossTypes),
	} {
		if len(axis.Values) > 0 {
			r.Axes = append(r.Axes, axis)
		}
	}
	return nil
}

// readable returns an error if a grid from a file, as of another version, has no list of runs.
func (g Grid) readable() error {
	for _, axis := range g.Axes {
		switch {
		case config.Settings.Find(axis.Setting) == nil:
			return fmt.Errorf("unknown setting %q", axis.Setting)
		case len(axis.Values) == 0:
			return fmt.Errorf("%s has no values", axis.row().Subject())
		}
	}
	if g.Zip {
		return g.validateAxes()
	}
	return nil
}

func listed[T any](setting string, values []T) Axis {
	axis := Axis{Setting: setting}
	for _, value := range values {
		axis.Values = append(axis.Values, fmt.Sprint(value))
	}
	return axis
}

// Begin creates a sweep's folder and writes the grid to sweep.json, unless it already has the same grid. The folder of a run can't be that of
// a sweep.
func (g Grid) Begin(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
		return fmt.Errorf("%s is the folder of a run; choose another folder for the runs of the sweep", dir)
	}
	if err := disk.MkdirAll(dir); err != nil {
		return fmt.Errorf("make the folder of the sweep: %w", err)
	}
	existing, exists, err := Read(dir)
	if err != nil {
		return err
	}
	grid, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("write %s: %w", sweepFile, err)
	}
	if existingGrid, err := json.Marshal(existing.Grid); exists && err == nil && string(existingGrid) == string(grid) {
		return nil
	}
	return Record{Grid: g}.Write(dir)
}

// Write writes sweep.json.
func (r Record) Write(dir string) error {
	return atomicfile.WriteJSON(filepath.Join(dir, sweepFile), r)
}
