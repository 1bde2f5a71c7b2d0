package policy_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/weights"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/shared"
)

// parityPair is a line of shared/parity/pairs.jsonl.
type parityPair struct {
	Prompt    []int32 `json:"prompt_ids"`
	Chosen    []int32 `json:"chosen_ids"`
	Rejected  []int32 `json:"rejected_ids"`
	RefChosen float64 `json:"ref_chosen_logps"`
	RefReject float64 `json:"ref_rejected_logps"`
}

// readParity reads the pairs and, for each step, TRL's figures by their names.
func readParity(t *testing.T) (pairs []parityPair, steps []map[string]float64) {
	t.Helper()
	pairs = readLines[parityPair](t, shared.Path(t, "parity/pairs.jsonl"))
	steps = readLines[map[string]float64](t, shared.Path(t, "parity/trl_50_steps.jsonl"))
	if len(steps) != paritySteps || len(pairs) != paritySteps*pairsPerStep {
		t.Fatalf("the record has %d pairs and %d steps; want %d steps of %d pairs", len(pairs), len(steps), paritySteps, pairsPerStep)
	}
	return pairs, steps
}

func readLines[T any](t *testing.T, path string) []T {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []T
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var value T
		if err := json.Unmarshal(scanner.Bytes(), &value); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list = append(list, value)
	}
	if err := scanner.Err(); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return list
}

// parityPolicy is the real model with TRL's first adapter.
func parityPolicy(t *testing.T) *policy.Policy { return parityPolicyIn(t, dtypes.Float32) }

func parityPolicyIn(t *testing.T, precision dtypes.DType) *policy.Policy {
	t.Helper()
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := weights.LoadAs(backend, path, weights.Form{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Finalize)
	folder := shared.Path(t, "parity/initial_adapter")
	layout, values, err := adapter.Load(folder, loaded.Config)
	if err != nil {
		t.Fatal(err)
	}
	trained, err := policy.New(backend, loaded, layout, values)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trained.Finalize)
	return trained
}

// examplesOf are the pairs of each step.
func examplesOf(pairs []parityPair) [][]batch.Example {
	steps := make([][]batch.Example, len(pairs)/pairsPerStep)
	for i, p := range pairs {
		step := i / pairsPerStep
		steps[step] = append(steps[step], batch.Example{Prompt: p.Prompt, Chosen: p.Chosen, Rejected: p.Rejected})
	}
	return steps
}

func near(t *testing.T, step int, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("step %d: %s is %.6g, TRL has %.6g; they may differ by %g", step, what, got, want, tolerance)
	}
}
