package metrics

import "bytes"

// FineTuning holds the metrics that a step or an evaluation of supervised fine-tuning has in place of those of pairs.
type FineTuning struct {
	MeanTokenAccuracy float64 // share of the answers' tokens that are the model's likeliest
}

// tokenAccuracy is its name in a row.
const tokenAccuracy = "mean_token_accuracy"

// FineTuned reports whether the history is of a run of supervised fine-tuning.
func (h History) FineTuned() bool {
	return len(h.Steps) > 0 && h.Steps[0].FineTuning != nil || len(h.Evaluations) > 0 && h.Evaluations[0].FineTuning != nil
}

// ofFineTuning makes the means of a row of fine-tuning have its metrics, before they are decoded. TRL's rows of pairs have the
// accuracy too.
func (m *PairMeans) ofFineTuning(data []byte) {
	if bytes.Contains(data, []byte(tokenAccuracy)) && !bytes.Contains(data, []byte("rewards/")) {
		m.FineTuning = new(FineTuning)
	}
}

// fineTuningFields lists the metrics of a step of fine-tuning in file order.
func (e *Event) fineTuningFields() []field {
	return []field{
		{"step", (*integer)(&e.Step)},
		{"seconds", (*Figure)(&e.Seconds)},
		{"epoch", (*Figure)(&e.Epoch)},
		{"loss", (*Figure)(&e.Loss)},
		{"grad_norm", (*Figure)(&e.GradNorm)},
		{"learning_rate", (*Figure)(&e.LearningRate)},
		{tokenAccuracy, (*Figure)(&e.FineTuning.MeanTokenAccuracy)},
		{"entropy", optional{&e.Entropy}},
		{"num_tokens", (*integer64)(&e.NumTokens)},
	}
}

// fineTuningFields lists the metrics of an evaluation of fine-tuning in file order.
func (e *Evaluation) fineTuningFields() []field {
	return []field{
		{"step", (*integer)(&e.Step)},
		{"epoch", (*Figure)(&e.Epoch)},
		{evaluationPrefix + "loss", (*Figure)(&e.Loss)},
		{evaluationPrefix + tokenAccuracy, (*Figure)(&e.FineTuning.MeanTokenAccuracy)},
		{evaluationPrefix + "entropy", optional{&e.Entropy}},
		{evaluationPrefix + "runtime", (*Figure)(&e.Runtime)},
	}
}
