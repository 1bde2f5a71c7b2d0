package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/disk"
)

// sweepFile is the file beside a sweep's runs that says what the grid is and, once there are runs to compare, how they
// compare.
const sweepFile = "sweep.json"

// Sweep is a grid of runs: each value of an axis with each of the other axes. All else is the same for all runs, the
// order of the pairs and the adapter's first values too. An axis without values takes that of Config, and does not stand
// in the runs' names.
type Grid struct {
	Config        config.Config `json:"config"`
	Betas         []float64     `json:"betas,omitempty"`
	LearningRates []float64     `json:"learning_rates,omitempty"`
	Ranks         []int         `json:"ranks,omitempty"` // alpha stays what it is
	LossTypes     []string      `json:"loss_types,omitempty"`
}

// SweepRun is one point of the grid. Its folder has its name.
type Point struct {
	Name   string
	Config config.Config
}

// Runs are the grid's points. Those that can share compiled graphs stand next to each other: beta changes first, then
// the learning rate, both of which are inputs of the graphs; then the loss, and last the rank.
func (s Grid) Points() []Point {
	var runs []Point
	for _, rank := range orOwn(s.Ranks, s.Config.LoRARank) {
		for _, lossType := range orOwn(s.LossTypes, s.Config.LossType) {
			for _, rate := range orOwn(s.LearningRates, s.Config.LearningRate) {
				for _, beta := range orOwn(s.Betas, s.Config.Beta) {
					c := s.Config
					c.LoRARank, c.LossType, c.LearningRate, c.Beta = rank, lossType, rate, beta
					runs = append(runs, Point{Name: s.name(c), Config: c})
				}
			}
		}
	}
	return runs
}

// orOwn are an axis's values, or the one that the configuration has.
func orOwn[T any](axis []T, own T) []T {
	if len(axis) == 0 {
		return []T{own}
	}
	return axis
}

// name says where in the grid a run stands, such as "beta-0.1,rank-8".
func (s Grid) name(c config.Config) string {
	var parts []string
	for _, axis := range []struct {
		named bool
		part  string
	}{
		{len(s.Betas) > 0, fmt.Sprintf("beta-%g", c.Beta)},
		{len(s.LearningRates) > 0, fmt.Sprintf("lr-%g", c.LearningRate)},
		{len(s.Ranks) > 0, fmt.Sprintf("rank-%d", c.LoRARank)},
		{len(s.LossTypes) > 0, "loss-" + c.LossType},
	} {
		if axis.named {
			parts = append(parts, axis.part)
		}
	}
	return strings.Join(parts, ",")
}

// Validate names every setting that no sweep can have.
func (s Grid) Validate() error {
	if len(s.Betas)+len(s.LearningRates)+len(s.Ranks)+len(s.LossTypes) == 0 {
		return errors.New("the sweep has no axis; give values of beta, the learning rate, the rank or the loss type")
	}
	runs := s.Points()
	seen := map[string]bool{}
	var faults []error
	for _, run := range runs {
		if seen[run.Name] {
			return fmt.Errorf("the sweep has %s twice; give each value once", run.Name)
		}
		seen[run.Name] = true
		if err := run.Config.Validate(); err != nil && !slices.ContainsFunc(faults, func(known error) bool { return known.Error() == err.Error() }) {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

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
