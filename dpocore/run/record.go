// Package run is a run's folder: its record, its checkpoints, its lock, and recovery from damage.
package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/checkpoints"
	"example.com/gonb-dpo/internal/sums"
)

// RecordFile is in a run folder, and in each checkpoint as it was at that step.
const RecordFile = "run.json"

// Record is run.json: the settings, model and data of a run, which identify it when it is resumed.
type Record struct {
	Config   config.Config    `json:"config"`
	Model    ModelFacts       `json:"model"`
	Train    DataFacts        `json:"train"`
	HeldOut  *DataFacts       `json:"held_out,omitempty"`
	Mix      *dataset.Mix     `json:"mix,omitempty"`
	Data     *dataset.Origin  `json:"data,omitempty"` // how the pairs were named; nil if a program made them
	Lineage  *dataset.Lineage `json:"lineage,omitempty"`
	Fork     *Fork            `json:"fork,omitempty"`    // where a run began that continues from another's checkpoint
	Folder   string           `json:"folder,omitempty"`  // the working directory of the last start, where relative paths begin
	Rewards  loss.Reward      `json:"rewards,omitempty"` // what the figures call rewards, if not log-ratios to the reference
	Backend  string           `json:"backend"`
	Code     string           `json:"code"`             // version of this program
	Finished bool             `json:"finished"`         // all steps are done and the adapter is written
	Sum      string           `json:"sha256,omitempty"` // of everything above
}

// ModelFacts identify the model of a run.
type ModelFacts struct {
	Path      string `json:"path"`
	Hub       string `json:"hub,omitempty"` // its name on the hub, if it was downloaded
	Weights   string `json:"weights_sha256"`
	Tokenizer string `json:"tokenizer_sha256"`
	Adapter   string `json:"init_adapter_sha256,omitempty"`
	Reference string `json:"reference_adapter_sha256,omitempty"` // the initial adapter, unless the model alone is the reference

	ReferenceModel string `json:"reference_model_sha256,omitempty"` // the weights of another model that is the reference
}

// DataFacts identify a set of pairs.
type DataFacts struct {
	Source string `json:"source"`
	Pairs  int    `json:"pairs"`
	Tokens string `json:"tokens_sha256"` // of all pairs after rendering, tokenizing and truncating
}

// ReadRecord reads run.json of a run folder; ok is false if there is no run in it. If it is damaged, the copy in the latest
// intact checkpoint replaces it.
func ReadRecord(dir string) (record Record, ok bool, err error) {
	record, ok, _, err = readRecord(dir)
	return record, ok, err
}

// Settings returns the settings that an adapter was trained with: those of the run in its folder, which may be a checkpoint's,
// or else the defaults. They are what measures an adapter as its training did.
func Settings(adapter string) (config.Config, error) {
	if adapter == "" {
		return config.Default(), nil
	}
	record, ok, err := ReadRecord(adapter)
	if !ok || err != nil {
		return config.Default(), err
	}
	return record.Config, nil
}

// Find returns where a path of the record is: a relative one in the folder where the run was started, or else, as when both
// have moved, in the present one. Names that are no paths are returned as they are.
func (r Record) Find(path string) string {
	if path == "" || filepath.IsAbs(path) || r.Folder == "" {
		return path
	}
	there := filepath.Join(r.Folder, path)
	if present, err := os.Getwd(); err == nil && present == r.Folder {
		return path // shorter, and what the user wrote
	}
	if _, err := os.Stat(there); err != nil {
		return path
	}
	return there
}

// readRecord is ReadRecord, with a sentence if run.json is damaged.
func readRecord(dir string) (record Record, ok bool, note string, err error) {
	record, err = parseRecord(filepath.Join(dir, RecordFile))
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return Record{}, false, "", nil
	case !errors.Is(err, sums.ErrDamaged):
		return record, err == nil, "", err
	}
	steps, stepsErr := checkpoints.Steps(dir)
	if stepsErr != nil {
		return Record{}, false, "", stepsErr
	}
	for _, step := range slices.Backward(steps) {
		folder := checkpoints.Folder(dir, step)
		if !sums.Has(folder) || sums.Check(folder, RecordFile) != nil {
			continue
		}
		if record, copyErr := parseRecord(filepath.Join(folder, RecordFile)); copyErr == nil {
			return record, true, fmt.Sprintf("%v; the copy in %s replaces it.", err, folder), nil
		}
	}
	return Record{}, false, "", fmt.Errorf("open the run: %w, and no checkpoint has an intact copy; remove the folder %s or choose another one", err, dir)
}

// parseRecord reads a record and verifies its checksum, which records of older versions lack.
func parseRecord(path string) (Record, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	var record Record
	if err := json.Unmarshal(raw, &record); err != nil {
		return Record{}, fmt.Errorf("%s is %w: %w", path, sums.ErrDamaged, err)
	}
	sum, err := record.sum()
	if err != nil {
		return Record{}, err
	}
	if record.Sum != "" && record.Sum != sum {
		return Record{}, fmt.Errorf("%s is %w: its content has changed since it was written", path, sums.ErrDamaged)
	}
	return record, nil
}

// sum is the SHA-256 of the record's other fields.
func (r Record) sum() (string, error) {
	r.Sum = ""
	raw, err := json.Marshal(r)
	raw = bytes.ReplaceAll(raw, []byte(`\ufffd`), []byte("\ufffd")) // a file name that is not UTF-8, before and after it was written
	return fmt.Sprintf("%x", sha256.Sum256(raw)), err
}

// Write writes run.json to a folder, atomically.
func (r Record) Write(dir string) error {
	var err error
	if r.Sum, err = r.sum(); err != nil {
		return err
	}
	return atomicfile.WriteJSON(filepath.Join(dir, RecordFile), r)
}
