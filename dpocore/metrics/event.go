package metrics

import (
	"fmt"
	"math"
)

// Event holds the metrics of one optimizer step.
type Event struct {
	PairMeans // over the pairs of the step, before its update

	Step         int     // counts from 1
	Seconds      float64 // wall-clock time since this process started or resumed the run
	Epoch        float64 // passes over the training pairs, fractional
	GradNorm     float64 // L2 norm of the whole gradient before clipping
	LearningRate float64 // used by this step

	LogitsChosen   float64 // mean vocabulary logit at the chosen answer's tokens
	LogitsRejected float64 // mean vocabulary logit at the rejected answer's tokens

	NumTokens int64 // tokens seen since step 1, including this step
}

// Evaluation holds the metrics of the held-out pairs after a step. Step 0 is the model before any training.
type Evaluation struct {
	PairMeans // over pairs, not over batches

	Step    int
	Epoch   float64
	Runtime float64 // seconds that the evaluation took

	Guards *Guards // only in a run with guards
}

// PairMeans are the means over pairs that steps and evaluations have in common. Log-probabilities are summed over the
// tokens of an answer, in nats.
type PairMeans struct {
	Loss float64

	// A reward is beta times (policy log-probability − reference log-probability).
	RewardsChosen     float64
	RewardsRejected   float64
	RewardsAccuracies float64 // share of pairs whose chosen reward is the larger one
	RewardsMargins    float64 // chosen reward − rejected reward

	LogpsChosen   float64 // policy log-probability of the chosen answer
	LogpsRejected float64 // policy log-probability of the rejected answer

	// KL is the estimate of the divergence from the reference that KTO's loss has, in nats per answer: TRL's kl. nil with other losses.
	KL *float64

	// These are nil in what earlier versions wrote.
	Entropy           *float64 // mean entropy of the distributions that the answers' tokens are from, in nats: TRL's entropy
	MeanTokenAccuracy *float64 // share of the chosen answers' tokens that are the model's likeliest: TRL's mean_token_accuracy
	KLEstimate        *float64 // mean log-ratio of the answers' tokens to the reference, in nats per token; nil without a reference

	Objectives []Objective // only in a run that mixes several objectives
	FineTuning *FineTuning // only in supervised fine-tuning, which has nothing of the above but the loss
}

// AnswerRewards describes the mean rewards of single answers, of which there may be one kind only.
func (m PairMeans) AnswerRewards() string {
	side := func(kind string, reward float64) string {
		if math.IsNaN(reward) {
			return "no " + kind + " answers"
		}
		return fmt.Sprintf("rewards of %s answers %+.4f", kind, reward)
	}
	return side("good", m.RewardsChosen) + ", " + side("bad", m.RewardsRejected)
}

// kl is the name of the divergence in a row.
const kl = "kl"

// evaluationPrefix starts the names of held-out metrics.
const evaluationPrefix = "eval_"

// fields lists the event's metrics in file order, under TRL's names.
func (e *Event) fields() []field {
	if e.FineTuning != nil {
		return e.fineTuningFields()
	}
	return []field{
		{"step", (*integer)(&e.Step)},
		{"seconds", (*Figure)(&e.Seconds)},
		{"epoch", (*Figure)(&e.Epoch)},
		{"loss", (*Figure)(&e.Loss)},
		{"grad_norm", (*Figure)(&e.GradNorm)},
		{"learning_rate", (*Figure)(&e.LearningRate)},
		{"rewards/chosen", (*Figure)(&e.RewardsChosen)},
		{"rewards/rejected", (*Figure)(&e.RewardsRejected)},
		{"rewards/accuracies", (*Figure)(&e.RewardsAccuracies)},
		{"rewards/margins", (*Figure)(&e.RewardsMargins)},
		{"logps/chosen", (*Figure)(&e.LogpsChosen)},
		{"logps/rejected", (*Figure)(&e.LogpsRejected)},
		{"logits/chosen", (*Figure)(&e.LogitsChosen)},
		{"logits/rejected", (*Figure)(&e.LogitsRejected)},
		{kl, optional{&e.KL}},
		{"entropy", optional{&e.Entropy}},
		{tokenAccuracy, optional{&e.PairMeans.MeanTokenAccuracy}},
		{"kl_estimate", optional{&e.KLEstimate}},
		{"num_tokens", (*integer64)(&e.NumTokens)},
	}
}

// fields lists the evaluation's metrics in file order, under TRL's names.
func (e *Evaluation) fields() []field {
	if e.FineTuning != nil {
		return append(e.fineTuningFields(), e.Guards.fields()...)
	}
	return append([]field{
		{"step", (*integer)(&e.Step)},
		{"epoch", (*Figure)(&e.Epoch)},
		{evaluationPrefix + "loss", (*Figure)(&e.Loss)},
		{evaluationPrefix + "rewards/chosen", (*Figure)(&e.RewardsChosen)},
		{evaluationPrefix + "rewards/rejected", (*Figure)(&e.RewardsRejected)},
		{evaluationPrefix + "rewards/accuracies", (*Figure)(&e.RewardsAccuracies)},
		{evaluationPrefix + "rewards/margins", (*Figure)(&e.RewardsMargins)},
		{evaluationPrefix + "logps/chosen", (*Figure)(&e.LogpsChosen)},
		{evaluationPrefix + "logps/rejected", (*Figure)(&e.LogpsRejected)},
		{evaluationPrefix + kl, optional{&e.KL}},
		{evaluationPrefix + "entropy", optional{&e.Entropy}},
		{evaluationPrefix + tokenAccuracy, optional{&e.PairMeans.MeanTokenAccuracy}},
		{evaluationPrefix + "kl_estimate", optional{&e.KLEstimate}},
		{evaluationPrefix + "runtime", (*Figure)(&e.Runtime)},
	}, e.Guards.fields()...)
}

// MarshalJSON writes the event as one JSON object, with null for a metric that isn't finite.
func (e Event) MarshalJSON() ([]byte, error) { return encodeRow(&e), nil }

// UnmarshalJSON reads an event; a metric that is null or missing becomes NaN.
func (e *Event) UnmarshalJSON(data []byte) error {
	e.ofFineTuning(data)
	return decodeRow(data, e)
}

// MarshalJSON writes the evaluation as one JSON object, with null for a metric that isn't finite.
func (e Evaluation) MarshalJSON() ([]byte, error) { return encodeRow(&e), nil }

// UnmarshalJSON reads an evaluation; a metric that is null or missing becomes NaN.
func (e *Evaluation) UnmarshalJSON(data []byte) error {
	e.ofFineTuning(data)
	e.ofGuards(data)
	return decodeRow(data, e)
}

func (e *Event) step() int      { return e.Step }
func (e *Evaluation) step() int { return e.Step }

func (m *PairMeans) objectives() *[]Objective { return &m.Objectives }

// prefix starts the names of an objective's metrics.
func (e *Event) prefix() string      { return "" }
func (e *Evaluation) prefix() string { return evaluationPrefix }
