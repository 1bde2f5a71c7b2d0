package metrics

import (
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/finite"
)

// Summary is what trainer_state.json contains beside the history.
type Summary struct {
	MaxSteps       int // optimizer steps that the run was configured for
	NumTrainEpochs int // passes over the pairs in MaxSteps, rounded up
	EvalSteps      int // steps between evaluations, 0 if there are none
	SaveSteps      int // steps between checkpoints, 0 if there are none
	TrainBatchSize int // pairs per step on this device

	BestStep       int     // step with the lowest held-out loss, 0 if nothing was evaluated
	BestLoss       float64 // held-out loss of that step
	BestCheckpoint string  // checkpoint folder of that step, "" if there is none

	// Finished adds the last row of log_history, which a checkpoint's file doesn't have.
	Finished     bool
	TrainRuntime float64 // seconds of training
	TrainSamples int     // pairs trained on, counting repetitions
}

// WriteTrainerState atomically writes the file that the Hugging Face Trainer leaves in a run and in a checkpoint.
// log_history has one row per step, each evaluation after the row of its step, and the totals of a finished run last.
func WriteTrainerState(path string, h History, summary Summary) error {
	state := trainerState(h, summary)
	if summary.Finished {
		state["log_history"] = append(logHistory(h), totals(h, summary, state))
	}
	return atomicfile.WriteJSON(path, state)
}

// trainerState has the fields of transformers.TrainerState, whose load_from_json accepts these names and no others. JSON
// writes them in alphabetical order, as transformers does.
func trainerState(h History, summary Summary) map[string]any {
	state := map[string]any{
		"best_global_step":      nil,
		"best_metric":           nil,
		"best_model_checkpoint": nil,
		"epoch":                 0.0,
		"eval_steps":            summary.EvalSteps,
		"global_step":           0,
		"is_hyper_param_search": false,
		"is_local_process_zero": true,
		"is_world_process_zero": true,
		"log_history":           logHistory(h),
		"logging_steps":         1,
		"max_steps":             summary.MaxSteps,
		"num_input_tokens_seen": 0,
		"num_train_epochs":      summary.NumTrainEpochs,
		"save_steps":            summary.SaveSteps,
		"stateful_callbacks":    map[string]any{},
		"total_flos":            0.0,
		"train_batch_size":      summary.TrainBatchSize,
		"trial_name":            nil,
		"trial_params":          nil,
	}
	if n := len(h.Steps); n > 0 {
		last := h.Steps[n-1]
		state["global_step"], state["num_input_tokens_seen"] = last.Step, last.NumTokens
		if epoch := finiteOrNil(last.Epoch); epoch != nil {
			state["epoch"] = epoch
		}
	}
	if summary.BestStep > 0 {
		state["best_global_step"], state["best_metric"] = summary.BestStep, summary.BestLoss
	}
	if summary.BestCheckpoint != "" {
		state["best_model_checkpoint"] = summary.BestCheckpoint
	}
	return state
}

// logHistory returns one row per event and one per evaluation, in order of steps.
func logHistory(h History) []map[string]any {
	rows := make([]map[string]any, 0, len(h.Steps)+len(h.Evaluations)+1)
	for r := range h.rows {
		row := logRow(r)
		delete(row, "seconds") // not a field of transformers
		rows = append(rows, row)
	}
	return rows
}

// logRow returns the metrics of a row and of its objectives by name, nil where one isn't finite.
func logRow(r row) map[string]any {
	values := map[string]any{}
	for _, f := range present(r.fields()) {
		values[f.name] = finiteOrNil(f.value.float())
	}
	for _, o := range *r.objectives() {
		for _, f := range o.fields() {
			values[r.prefix()+f.name+"/"+o.Name] = finiteOrNil(f.value.float())
		}
	}
	return values
}

// totals is the last row of a finished run. train_loss is the mean over the steps with a finite loss.
func totals(h History, summary Summary, state map[string]any) map[string]any {
	sum, steps := 0.0, 0
	for _, e := range h.Steps {
		if finiteOrNil(e.Loss) != nil {
			sum, steps = sum+e.Loss, steps+1
		}
	}
	return map[string]any{
		"step":                     state["global_step"],
		"epoch":                    state["epoch"],
		"train_runtime":            finiteOrNil(summary.TrainRuntime),
		"train_samples_per_second": finiteOrNil(float64(summary.TrainSamples) / summary.TrainRuntime),
		"train_steps_per_second":   finiteOrNil(float64(len(h.Steps)) / summary.TrainRuntime),
		"train_loss":               finiteOrNil(sum / float64(steps)),
		"total_flos":               state["total_flos"],
	}
}

// finiteOrNil returns x, or nil (null in JSON) if x isn't finite.
func finiteOrNil(x float64) any {
	if !finite.Is(x) {
		return nil
	}
	return x
}
