package metrics

// Event is what one optimizer step showed. Means are over the pairs of the step,
// and log-probabilities are sums over the tokens of an answer, in nats.
type Event struct {
	Step         int     `json:"step"`          // counts from 1
	Seconds      float64 `json:"seconds"`       // wall clock since this process began the run
	Epoch        float64 `json:"epoch"`         // passes over the training pairs, a fraction
	Loss         float64 `json:"loss"`          // DPO loss before the step's update
	GradNorm     float64 `json:"grad_norm"`     // L2 norm of the whole gradient before clipping
	LearningRate float64 `json:"learning_rate"` // the rate that this step used

	// A reward is beta times (policy log-probability − reference log-probability).
	RewardsChosen     float64 `json:"rewards/chosen"`
	RewardsRejected   float64 `json:"rewards/rejected"`
	RewardsAccuracies float64 `json:"rewards/accuracies"` // share of pairs whose chosen reward is the greater
	RewardsMargins    float64 `json:"rewards/margins"`    // chosen reward − rejected reward

	LogpsChosen    float64 `json:"logps/chosen"`    // policy log-probability of the chosen answer
	LogpsRejected  float64 `json:"logps/rejected"`  // and of the rejected one
	LogitsChosen   float64 `json:"logits/chosen"`   // mean vocabulary logit at the chosen answer's tokens
	LogitsRejected float64 `json:"logits/rejected"` // and at the rejected one's

	NumTokens int64 `json:"num_tokens"` // tokens seen since step 1, this one included

	Objectives []Objective `json:"-"` // of a run that mixes several
}

// Evaluation is what the held-out pairs showed after a step. Means are over
// pairs, not over batches. Step 0 is the model before any training.
type Evaluation struct {
	Step              int     `json:"step"`
	Epoch             float64 `json:"epoch"`
	Loss              float64 `json:"eval_loss"`
	RewardsChosen     float64 `json:"eval_rewards/chosen"`
	RewardsRejected   float64 `json:"eval_rewards/rejected"`
	RewardsAccuracies float64 `json:"eval_rewards/accuracies"`
	RewardsMargins    float64 `json:"eval_rewards/margins"`
	LogpsChosen       float64 `json:"eval_logps/chosen"`
	LogpsRejected     float64 `json:"eval_logps/rejected"`
	Runtime           float64 `json:"eval_runtime"` // seconds the evaluation took

	Objectives []Objective `json:"-"` // of a run that mixes several
}

// MarshalJSON writes the event as one JSON object, null where a figure isn't finite.
func (e Event) MarshalJSON() ([]byte, error) { return encodeRow(e), nil }

// UnmarshalJSON reads an event; a figure that is null or missing becomes NaN.
func (e *Event) UnmarshalJSON(data []byte) (err error) {
	e.Objectives, err = decodeRow(data, e, "")
	return err
}

// MarshalJSON writes the evaluation as one JSON object, null where a figure isn't finite.
func (e Evaluation) MarshalJSON() ([]byte, error) { return encodeRow(e), nil }

// UnmarshalJSON reads an evaluation; a figure that is null or missing becomes NaN.
func (e *Evaluation) UnmarshalJSON(data []byte) (err error) {
	e.Objectives, err = decodeRow(data, e, evaluationPrefix)
	return err
}

func (e Event) step() int      { return e.Step }
func (e Evaluation) step() int { return e.Step }

func (e Event) objectives() []Objective      { return e.Objectives }
func (e Evaluation) objectives() []Objective { return e.Objectives }

// prefix stands before the names of an objective's figures.
func (e Event) prefix() string      { return "" }
func (e Evaluation) prefix() string { return evaluationPrefix }
