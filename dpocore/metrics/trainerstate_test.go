package metrics

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// readState writes a trainer_state.json and reads it back as generic JSON.
func readState(t *testing.T, h History, summary Summary) (state map[string]any, rows []map[string]any) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trainer_state.json")
	if err := WriteTrainerState(path, h, summary); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &state); err != nil {
		t.Fatal(err)
	}
	for _, row := range state["log_history"].([]any) {
		rows = append(rows, row.(map[string]any))
	}
	return state, rows
}

func TestTrainerState(t *testing.T) {
	h := History{
		Steps: []Event{
			{Step: 1, Epoch: 0.25, NumTokens: 100, PairMeans: PairMeans{Loss: 0.75}},
			{Step: 2, Epoch: 0.5, NumTokens: 210, PairMeans: PairMeans{Loss: math.NaN()}},
			{Step: 3, Epoch: 0.75, NumTokens: 300, PairMeans: PairMeans{Loss: 0.25}},
		},
		Evaluations: []Evaluation{{Step: 0, PairMeans: PairMeans{Loss: 0.7}}, {Step: 2, Epoch: 0.5, PairMeans: PairMeans{Loss: 0.6}}, {Step: 3, PairMeans: PairMeans{Loss: 0.5}}},
	}
	state, rows := readState(t, h, Summary{
		MaxSteps: 3, NumTrainEpochs: 1, EvalSteps: 2, SaveSteps: 3, TrainBatchSize: 8,
		Finished: true, TrainRuntime: 6, TrainSamples: 24,
	})
	for name, want := range map[string]any{
		"global_step": 3.0, "max_steps": 3.0, "epoch": 0.75, "num_train_epochs": 1.0, "logging_steps": 1.0,
		"eval_steps": 2.0, "save_steps": 3.0, "train_batch_size": 8.0, "num_input_tokens_seen": 300.0,
		"is_world_process_zero": true, "best_metric": nil,
	} {
		if got, exists := state[name]; !exists || got != want {
			t.Errorf("%s is %v (exists: %v), want %v", name, got, exists, want)
		}
	}
	// The evaluation of step 0 comes first, every other one after the row of its step.
	order := []struct {
		step float64
		key  string
	}{{0, "eval_loss"}, {1, "loss"}, {2, "loss"}, {2, "eval_loss"}, {3, "loss"}, {3, "eval_loss"}, {3, "train_loss"}}
	if len(rows) != len(order) {
		t.Fatalf("%d rows, want %d", len(rows), len(order))
	}
	for i, want := range order {
		_, epoch := rows[i]["epoch"]
		if _, exists := rows[i][want.key]; !exists || !epoch || rows[i]["step"] != want.step {
			t.Errorf("row %d is %v, want %s of step %g with an epoch", i, rows[i], want.key, want.step)
		}
	}
	if loss, exists := rows[2]["loss"]; !exists || loss != nil {
		t.Errorf("NaN was written as %v", loss)
	}
	if _, exists := rows[1]["seconds"]; exists {
		t.Error("a row of log_history has seconds, which the Hugging Face Trainer doesn't write")
	}
	// train_loss is (0.75 + 0.25) / 2 without the NaN step; 24 pairs and 3 steps take 6 s.
	for name, want := range map[string]float64{
		"train_loss": 0.5, "train_runtime": 6, "train_samples_per_second": 4, "train_steps_per_second": 0.5,
	} {
		if got := rows[6][name]; got != want {
			t.Errorf("%s is %v, want %g", name, got, want)
		}
	}
}

func TestTrainerStateOfUnfinishedRun(t *testing.T) {
	_, rows := readState(t, History{Steps: []Event{{Step: 1}}}, Summary{MaxSteps: 3})
	if len(rows) != 1 {
		t.Errorf("%d rows, want one step and no totals", len(rows))
	}
	state, rows := readState(t, History{}, Summary{Finished: true})
	if len(rows) != 1 || rows[0]["train_loss"] != nil || state["global_step"] != 0.0 {
		t.Errorf("a run without steps gave %v", state)
	}
}
