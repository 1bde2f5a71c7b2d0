package gonbext

import (
	"fmt"
	"os"
	"strconv"

	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
)

// Environment variables. The last three shorten what a notebook does, for tests of the notebook.
const (
	modelEnv      = "DPO_MODEL"        // another base model: a folder or a .gguf file
	maxStepsEnv   = "DPO_MAX_STEPS"    // most steps of a run
	maxTokensEnv  = "DPO_MAX_TOKENS"   // longest answer
	maxHeldOutEnv = "DPO_MAX_HELD_OUT" // most held-out pairs
)

// answerTokens is the longest answer that a cell shows.
const answerTokens = 128

// opened is the base model of this cell. It goes with the process.
var opened *model.Model

// baseModel opens the base model, once a cell.
func baseModel() (*model.Model, error) {
	if opened != nil {
		return opened, nil
	}
	model, err := model.Open(os.Getenv(modelEnv))
	if err != nil {
		return nil, err
	}
	opened = model
	return model, nil
}

// limit is the number in an environment variable, or none where it is not set.
func limit(name string, none int) (int, error) {
	text := os.Getenv(name)
	if text == "" {
		return none, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("the environment variable %s is %q; it must be a number of at least 1, or not set", name, text)
	}
	return n, nil
}

// newTokens is the longest answer, as the environment may have it.
func newTokens() (int, error) {
	most, err := limit(maxTokensEnv, answerTokens)
	return min(most, answerTokens), err
}

// runAt is the record of the run in a folder.
func runAt(dir string) (run.Record, error) {
	record, ok, err := run.ReadRecord(dir)
	if err == nil && !ok {
		return record, fmt.Errorf("there is no run in %q; run the cell that trains it first, or check the folder's name", dir)
	}
	return record, err
}

// finishedRun is the record of a run that has its adapter.
func finishedRun(dir string) (run.Record, error) {
	record, err := runAt(dir)
	if err == nil && !record.Finished {
		return record, fmt.Errorf("the run in %q is not finished; run the cell that trains it again, and it goes on from its last checkpoint", dir)
	}
	return record, err
}
