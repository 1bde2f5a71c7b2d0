package rounds

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/internal/atomicfile"
)

const roundsFile = "rounds.json"

// Record is rounds.json: the settings of rounds and their progress. run.json of each round has its lineage.
type Record struct {
	Config  Config   `json:"config"`
	Weights string   `json:"weights_sha256"` // of the first model
	Prompts []string `json:"prompts_sha256"` // of the prompts of each round that trains on the model's own answers
	Checks  string   `json:"check_prompts_sha256"`
	Judge   string   `json:"judge"`

	Done    []Done     `json:"done"` // the finished rounds
	Checked []Check    `json:"checked,omitempty"`
	Cost    judge.Cost `json:"cost"` // of judging so far, in all processes
}

// Done is a finished round.
type Done struct {
	dataset.Lineage
	Run     string `json:"run"` // the folder of its run
	Adapter string `json:"adapter_sha256"`
	Merged  string `json:"merged,omitempty"` // the model that the next round starts from
	Pairs   int    `json:"pairs"`
}

// Read reads rounds.json of a folder; ok is false if it does not exist.
func Read(dir string) (record Record, ok bool, err error) {
	if ok, err = atomicfile.ReadJSON(filepath.Join(dir, roundsFile), &record); err != nil || !ok {
		if err != nil {
			err = fmt.Errorf("open the rounds: %w", err)
		}
		return record, false, err
	}
	for i := range record.Done { // the folder may have moved since, or be named from elsewhere
		done := &record.Done[i]
		done.Run = filepath.Join(dir, filepath.Base(done.Run))
		if done.Merged != "" {
			done.Merged = filepath.Join(dir, filepath.Base(done.Merged))
		}
	}
	return record, true, nil
}

// write writes rounds.json.
func (r *Record) write(dir string) error {
	return atomicfile.WriteJSON(filepath.Join(dir, roundsFile), r)
}

// differs names the first difference from the rounds in a folder, or returns "". The number of rounds may differ: rounds
// can be added.
func (r *Record) differs(existing *Record) string {
	a, b := r.Config, existing.Config
	for _, item := range []struct {
		name         string
		want, actual any
	}{
		{"model", r.Weights, existing.Weights},
		{"reference", a.Reference, b.Reference},
		{"use of the model's own answers in round 1", a.Own, b.Own},
		{"number of prompts per round", a.Prompts, b.Prompts}, {"number of answers", a.Answers, b.Answers},
		{"temperature", a.Temperature, b.Temperature}, {"top-p", a.TopP, b.TopP}, {"maximum answer length", a.MaxTokens, b.MaxTokens},
		{"choice of pairs", a.Choice, b.Choice}, {"minimum gap", a.MinGap, b.MinGap},
		{"seed", a.Train.Seed, b.Train.Seed},
		{"date", a.Train.Date, cmp.Or(b.Train.Date, a.Train.Date)}, // rounds of an earlier version have none
		{"chat template", a.Train.ChatTemplate, b.Train.ChatTemplate}, {"list of template arguments", a.Train.TemplateArgs.String(), b.Train.TemplateArgs.String()},
		{"system prompt", a.Train.System, b.Train.System},
		{"judge", r.Judge, existing.Judge},
		{"set of check prompts", r.Checks, existing.Checks},
	} {
		if item.want != item.actual {
			return fmt.Sprintf("their %s is %v, not %v", item.name, item.actual, item.want)
		}
	}
	for i := range min(len(r.Prompts), len(existing.Prompts)) {
		if round := i + a.firstOwn(); r.Prompts[i] != existing.Prompts[i] && round <= len(existing.Done) {
			return fmt.Sprintf("the prompts of their round %d are different", round)
		}
	}
	return ""
}

// hashPrompts returns the SHA-256 of a list of prompts.
func hashPrompts(prompts []string) string {
	return dataset.SHA256([]byte(strings.Join(prompts, "\x00")))
}
