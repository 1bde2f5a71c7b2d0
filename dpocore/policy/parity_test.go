package policy_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/llama"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/internal/deps"
	"example.com/gonb-dpo/internal/shared"
)

type parityPair struct {
	Prompt    []int32 `json:"prompt_ids"`
	Chosen    []int32 `json:"chosen_ids"`
	Rejected  []int32 `json:"rejected_ids"`
	RefChosen float64 `json:"ref_chosen_logps"`
	RefReject float64 `json:"ref_rejected_logps"`
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
	return list
}

func near(t *testing.T, step int, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("step %d: %s is %.6g, TRL has %.6g; they may differ by %g", step, what, got, want, tolerance)
	}
}

// TestParityWithTRL makes the 50 steps of shared/parity: the same pairs, adapter, schedule and optimizer as TRL 1.16.
func TestParityWithTRL(t *testing.T) {
	if testing.Short() {
		t.Skip("50 steps on the real model take minutes")
	}
	pairs := readLines[parityPair](t, shared.Path(t, "parity/pairs.jsonl"))
	want := readLines[map[string]float64](t, shared.Path(t, "parity/trl_50_steps.jsonl"))
	path, err := deps.GGUF()
	if err != nil {
		t.Fatal(err)
	}
	backend, err := device.Open()
	if err != nil {
		t.Fatal(err)
	}
	weights, err := llama.Load(backend, path)
	if err != nil {
		t.Fatal(err)
	}
	adapterDir := shared.Path(t, "parity/initial_adapter")
	lora, err := export.ReadAdapterConfig(adapterDir)
	if err != nil {
		t.Fatal(err)
	}
	layout, err := llama.NewLayout(weights.Config, lora)
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := export.ReadAdapter(adapterDir, layout)
	if err != nil {
		t.Fatal(err)
	}
	trained, err := policy.New(backend, weights, layout, adapter)
	if err != nil {
		t.Fatal(err)
	}
	defer trained.Finalize()

	var steps [][]batch.Example
	for i := 0; i < len(pairs); i += 2 {
		var examples []batch.Example
		for _, p := range pairs[i : i+2] {
			examples = append(examples, batch.Example{Prompt: p.Prompt, Chosen: p.Chosen, Rejected: p.Rejected})
		}
		steps = append(steps, examples)
	}
	shape := batch.Plan(steps)
	t.Logf("rows of %+v", shape)
	const beta, maxSteps, warmup = 0.1, 50, 5
	for i, examples := range steps {
		step := i + 1
		rows, err := batch.Pack(examples, shape)
		if err != nil {
			t.Fatal(err)
		}
		var lossSum float64
		var logps, rewards [2]float64
		for _, row := range rows {
			reference, err := trained.Reference(row)
			if err != nil {
				t.Fatal(err)
			}
			half := make([]float32, len(row.Examples))
			for j := range half {
				half[j] = 0.5
			}
			got, err := trained.Accumulate(row, reference.LogProbs, half, policy.Loss{Beta: beta})
			if err != nil {
				t.Fatal(err)
			}
			for j, index := range row.Examples {
				pair := pairs[2*i+index]
				near(t, step, "reference log-probability of chosen", float64(reference.LogProbs[j][0]), pair.RefChosen, 2e-3)
				near(t, step, "reference log-probability of rejected", float64(reference.LogProbs[j][1]), pair.RefReject, 2e-3)
				lossSum += float64(got.Losses[j]) / 2
				for side := range 2 {
					logps[side] += float64(got.LogProbs[j][side]) / 2
					rewards[side] += beta * float64(got.LogProbs[j][side]-reference.LogProbs[j][side]) / 2
				}
			}
		}
		rate := 5e-5 * float64(i) / warmup
		if i >= warmup {
			rate = 5e-5 * float64(maxSteps-i) / (maxSteps - warmup)
		}
		norm, err := trained.Update(rate, 1)
		if err != nil {
			t.Fatal(err)
		}
		w := want[i]
		t.Logf("step %d: loss %.6f (%.1e) margin %.5f norm %.5f (%.1e)", step, lossSum, lossSum-w["loss"], rewards[0]-rewards[1], norm, norm-w["grad_norm"])
		near(t, step, "learning rate", rate, w["learning_rate"], 1e-12)
		near(t, step, "loss", lossSum, w["loss"], 1e-4)
		near(t, step, "rewards/chosen", rewards[0], w["rewards/chosen"], 1e-4)
		near(t, step, "rewards/rejected", rewards[1], w["rewards/rejected"], 1e-4)
		near(t, step, "logps/chosen", logps[0], w["logps/chosen"], 2e-3)
		near(t, step, "logps/rejected", logps[1], w["logps/rejected"], 2e-3)
		near(t, step, "grad_norm", norm, w["grad_norm"], 2e-3)
	}
}
