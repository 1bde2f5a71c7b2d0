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

// differs names the first thing in which rounds differ from those that a folder holds; "" where there is none. More
// rounds may be added to them.
func (r *Record) differs(other *Record) string {
	a, b := r.Config, other.Config
	for _, item := range []struct {
		name      string
		mine, its any
	}{
		{"model", r.Weights, other.Weights},
		{"reference", a.Reference, b.Reference},
		{"number of prompts a round", a.Prompts, b.Prompts}, {"number of answers", a.Answers, b.Answers},
		{"temperature", a.Temperature, b.Temperature}, {"top-p", a.TopP, b.TopP}, {"longest answer", a.MaxTokens, b.MaxTokens},
		{"choice of pairs", a.Choice, b.Choice}, {"least gap", a.MinGap, b.MinGap},
		{"seed", a.Train.Seed, b.Train.Seed},
		{"judge", r.Judge, other.Judge},
		{"set of check prompts", r.Checks, other.Checks},
	} {
		if item.mine != item.its {
			return fmt.Sprintf("their %s is %v, these have %v", item.name, item.its, item.mine)
		}
	}
	for i := range min(len(r.Prompts), len(other.Prompts)) {
		if r.Prompts[i] != other.Prompts[i] && i+2 <= len(other.Done) {
			return fmt.Sprintf("the prompts of their round %d are others", i+2)
		}
	}
	return ""
}

// hashPrompts identifies a list of prompts.
func hashPrompts(prompts []string) string {
	return dataset.HashOf([]byte(strings.Join(prompts, "\x00")))
}
