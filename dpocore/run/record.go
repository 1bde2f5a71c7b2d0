package run

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/sums"
)

// recordFile stands in a run folder, and in each checkpoint as it was then.
const RecordFile = "run.json"

// Record is run.json: what a run was made of, so that it can be told from another and gone on with.
type Record struct {
	Config   config.Config    `json:"config"`
	Model    ModelFacts       `json:"model"`
	Train    DataFacts        `json:"train"`
	HeldOut  *DataFacts       `json:"held_out,omitempty"`
	Mix      *dataset.Mix     `json:"mix,omitempty"`
	Data     *dataset.Origin  `json:"data,omitempty"` // how the pairs were named; not where a program made them
	Lineage  *dataset.Lineage `json:"lineage,omitempty"`
	Backend  string           `json:"backend"`
	Code     string           `json:"code"`             // version of this program
	Finished bool             `json:"finished"`         // all steps are made and the adapter is written
	Sum      string           `json:"sha256,omitempty"` // of all the above
}

type ModelFacts struct {
	Path      string `json:"path"`
	Hub       string `json:"hub,omitempty"` // its name there, where it was fetched
	Weights   string `json:"weights_sha256"`
	Tokenizer string `json:"tokenizer_sha256"`
	Adapter   string `json:"init_adapter_sha256,omitempty"`
}

type DataFacts struct {
	Source string `json:"source"`
	Pairs  int    `json:"pairs"`
	Tokens string `json:"tokens_sha256"` // of all pairs after rendering, tokenizing and cutting
}

// ReadRecord reads run.json of a run folder; ok is false where the folder holds no run. One that is damaged is taken from
// the latest sound checkpoint.
func ReadRecord(dir string) (record Record, ok bool, err error) {
	record, ok, _, err = readRecord(dir)
	return record, ok, err
}

// readRecord is ReadRecord, with a sentence where run.json is damaged.
func readRecord(dir string) (record Record, ok bool, note string, err error) {
	record, err = parseRecord(filepath.Join(dir, RecordFile))
	switch {
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return Record{}, false, "", nil
	case !errors.Is(err, sums.ErrDamaged):
		return record, err == nil, "", err
	}
	steps, stepsErr := Checkpoints(dir)
	if stepsErr != nil {
		return Record{}, false, "", stepsErr
	}
	for _, step := range slices.Backward(steps) {
		folder := filepath.Join(dir, CheckpointPrefix+strconv.Itoa(step))
		if !sums.Has(folder) || sums.Check(folder, RecordFile) != nil {
			continue
		}
		if record, kept := parseRecord(filepath.Join(folder, RecordFile)); kept == nil {
			return record, true, fmt.Sprintf("%v; the copy in %s takes its place.", err, folder), nil
		}
	}
	return Record{}, false, "", fmt.Errorf("open the run: %w, and no checkpoint has a copy; remove the folder %s, or choose another", err, dir)
}

// parseRecord reads a record and checks it by its own sum, which older ones lack.
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
		return Record{}, fmt.Errorf("%s is %w: it is not what was written", path, sums.ErrDamaged)
	}
	return record, nil
}

// sum is the SHA-256 of all that a record says.
func (r Record) sum() (string, error) {
	r.Sum = ""
	raw, err := json.Marshal(r)
	return fmt.Sprintf("%x", sha256.Sum256(raw)), err
}

// Write puts run.json into a folder; it appears whole or not at all.
func (r Record) Write(dir string) error {
	var err error
	if r.Sum, err = r.sum(); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, RecordFile), append(raw, '\n'))
}
