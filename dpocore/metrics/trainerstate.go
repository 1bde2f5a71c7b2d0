package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"example.com/gonb-dpo/internal/atomicfile"
)

// Summary is what a trainer_state.json says beside the history.
type Summary struct {
	MaxSteps       int // optimizer steps the run was set to
	NumTrainEpochs int // passes over the pairs that MaxSteps take, rounded up
	EvalSteps      int // steps from one evaluation to the next, 0 for none
	SaveSteps      int // steps from one checkpoint to the next, 0 for none
	TrainBatchSize int // pairs a step on this device

	BestStep       int     // with the lowest held-out loss; 0 where nothing was evaluated
	BestLoss       float64 // that loss
	BestCheckpoint string  // folder of that step's checkpoint; "" where there is none

	// Finished adds the row that ends a log_history. A checkpoint's has none.
	Finished     bool
	TrainRuntime float64 // seconds of training
	TrainSamples int     // pairs trained on, each as often as it was seen
}

// trainerState has the fields of transformers.TrainerState, whose load_from_json
// accepts these names and no others.
type trainerState struct {
	BestGlobalStep      *int             `json:"best_global_step"`
	BestMetric          *float64         `json:"best_metric"`
	BestModelCheckpoint *string          `json:"best_model_checkpoint"`
	Epoch               float64          `json:"epoch"`
	EvalSteps           int              `json:"eval_steps"`
	GlobalStep          int              `json:"global_step"`
	IsHyperParamSearch  bool             `json:"is_hyper_param_search"`
	IsLocalProcessZero  bool             `json:"is_local_process_zero"`
	IsWorldProcessZero  bool             `json:"is_world_process_zero"`
	LogHistory          []map[string]any `json:"log_history"`
	LoggingSteps        int              `json:"logging_steps"`
	MaxSteps            int              `json:"max_steps"`
	NumInputTokensSeen  int64            `json:"num_input_tokens_seen"`
	NumTrainEpochs      int              `json:"num_train_epochs"`
	SaveSteps           int              `json:"save_steps"`
	StatefulCallbacks   map[string]any   `json:"stateful_callbacks"`
	TotalFlos           float64          `json:"total_flos"`
	TrainBatchSize      int              `json:"train_batch_size"`
	TrialName           *string          `json:"trial_name"`
	TrialParams         map[string]any   `json:"trial_params"`
}

// WriteTrainerState writes the file that Hugging Face's Trainer leaves in a run and
// in a checkpoint, whole or not at all. log_history has a row a step, each
// evaluation after the row of its step, and the run's totals last.
func WriteTrainerState(path string, h History, summary Summary) error {
	state := trainerState{
		IsLocalProcessZero: true,
		IsWorldProcessZero: true,
		EvalSteps:          summary.EvalSteps,
		LoggingSteps:       1,
		MaxSteps:           summary.MaxSteps,
		NumTrainEpochs:     summary.NumTrainEpochs,
		SaveSteps:          summary.SaveSteps,
		StatefulCallbacks:  map[string]any{},
		TrainBatchSize:     summary.TrainBatchSize,
		LogHistory:         logHistory(h),
	}
	if n := len(h.Steps); n > 0 {
		last := h.Steps[n-1]
		state.GlobalStep, state.NumInputTokensSeen = last.Step, last.NumTokens
		if !math.IsNaN(last.Epoch) && !math.IsInf(last.Epoch, 0) {
			state.Epoch = last.Epoch
		}
	}
	if summary.BestStep > 0 {
		state.BestGlobalStep, state.BestMetric = &summary.BestStep, &summary.BestLoss
	}
	if summary.BestCheckpoint != "" {
		state.BestModelCheckpoint = &summary.BestCheckpoint
	}
	if summary.Finished {
		state.LogHistory = append(state.LogHistory, totals(h, summary, state))
	}
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, append(data, '\n'))
}

// logHistory gives a row an event and a row an evaluation, in order of steps.
func logHistory(h History) []map[string]any {
	rows := make([]map[string]any, 0, len(h.Steps)+len(h.Evaluations)+1)
	evaluations := h.Evaluations
	through := func(step int) {
		for len(evaluations) > 0 && evaluations[0].Step <= step {
			rows = append(rows, logRow(evaluations[0]))
			evaluations = evaluations[1:]
		}
	}
	for _, e := range h.Steps {
		through(e.Step - 1)
		row := logRow(e)
		delete(row, "seconds") // ours alone
		rows = append(rows, row)
	}
	through(math.MaxInt)
	return rows
}

// logRow gives a row's figures by name, nil where one isn't finite, and those of
// its objectives.
func logRow[R row](r R) map[string]any {
	figures := map[string]any{}
	add := func(row any, prefix, suffix string) {
		value := reflect.ValueOf(row)
		for _, f := range figureFields(value.Type()) {
			if field := value.Field(f.index); field.CanInt() {
				figures[prefix+f.name+suffix] = field.Int()
			} else {
				figures[prefix+f.name+suffix] = finiteOrNil(field.Float())
			}
		}
	}
	add(r, "", "")
	for _, o := range r.objectives() {
		add(o, r.prefix(), "/"+o.Name)
	}
	return figures
}

// totals is the last row of a finished run. train_loss is the mean over the steps
// whose loss is finite.
func totals(h History, summary Summary, state trainerState) map[string]any {
	sum, steps := 0.0, 0
	for _, e := range h.Steps {
		if !math.IsNaN(e.Loss) && !math.IsInf(e.Loss, 0) {
			sum, steps = sum+e.Loss, steps+1
		}
	}
	return map[string]any{
		"step":                     state.GlobalStep,
		"epoch":                    state.Epoch,
		"train_runtime":            finiteOrNil(summary.TrainRuntime),
		"train_samples_per_second": finiteOrNil(float64(summary.TrainSamples) / summary.TrainRuntime),
		"train_steps_per_second":   finiteOrNil(float64(len(h.Steps)) / summary.TrainRuntime),
		"train_loss":               finiteOrNil(sum / float64(steps)),
		"total_flos":               state.TotalFlos,
	}
}

// finiteOrNil gives x, or nil, JSON's null, where x isn't finite.
func finiteOrNil(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}
