package rounds

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/internal/atomicfile"
)

const roundsFile = "rounds.json"

// RoundsRecord is rounds.json: what rounds are made of, and how far they have come. Each round's own run.json has its
// lineage.
type Record struct {
	Config  Config   `json:"config"`
	Weights string   `json:"weights_sha256"` // of the first model
	Prompts []string `json:"prompts_sha256"` // of the prompts of each round after the first
	Checks  string   `json:"check_prompts_sha256"`
	Judge   string   `json:"judge"`

	Done    []Done     `json:"done"` // rounds that are finished
	Checked []Check    `json:"checked,omitempty"`
	Cost    judge.Cost `json:"cost"` // of the judge, all calls of all processes
}

// RoundDone is a finished round.
type Done struct {
	dataset.Lineage
	Run     string `json:"run"` // its folder
	Adapter string `json:"adapter_sha256"`
	Merged  string `json:"merged,omitempty"` // the model folder that the next round starts from
	Pairs   int    `json:"pairs"`
}

// ReadRounds reads rounds.json of a folder; ok is false where it holds no rounds.
func Read(dir string) (record Record, ok bool, err error) {
	path := filepath.Join(dir, roundsFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return record, false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &record)
	}
	if err != nil {
		return record, false, fmt.Errorf("open the rounds: read %s: %w", path, err)
	}
	return record, true, nil
}

func (r *Record) write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, roundsFile), append(raw, '\n'))
}

// differs returns the first difference between these rounds and recorded ones, such as "their temperature is 1, these
// have 0.5"; "" if r can continue them. The number of rounds may differ.
func (r *Record) differs(recorded *Record) string {
	a, b := r.Config, recorded.Config
	for _, item := range []struct {
		name           string
		mine, recorded any
	}{
		{"model", r.Weights, recorded.Weights},
		{"reference", a.Reference, b.Reference},
		{"number of prompts per round", a.Prompts, b.Prompts}, {"number of answers per prompt", a.Answers, b.Answers},
		{"temperature", a.Temperature, b.Temperature}, {"top-p", a.TopP, b.TopP}, {"maximum answer length", a.MaxTokens, b.MaxTokens},
		{"choice of pairs", a.Choice, b.Choice}, {"minimum gap", a.MinGap, b.MinGap},
		{"seed", a.Train.Seed, b.Train.Seed},
		{"judge", r.Judge, recorded.Judge},
		{"set of check prompts", r.Checks, recorded.Checks},
	} {
		if item.mine != item.recorded {
			return fmt.Sprintf("their %s is %v, these have %v", item.name, item.recorded, item.mine)
		}
	}
	for i := range min(len(r.Prompts), len(recorded.Prompts)) {
		if r.Prompts[i] != recorded.Prompts[i] && i+2 <= len(recorded.Done) {
			return fmt.Sprintf("the prompts of their round %d are different", i+2)
		}
	}
	return ""
}

// hashPrompts identifies a list of prompts.
func hashPrompts(prompts []string) string {
	return dataset.HashOf([]byte(strings.Join(prompts, "\x00")))
}
