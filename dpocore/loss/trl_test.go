package loss_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"example.com/gonb-dpo/dpocore/loss"
)

// trlEnv is the environment variable with the path of TRL's results; interop/test_losses.py writes them and runs
// TestAgainstTRL.
const trlEnv = "DPO_TRL_LOSSES"

// trlCase is a loss of some pairs as computed by TRL, with each pair as a batch and with all pairs as one batch.
type trlCase struct {
	Type           string       `json:"type"`
	Beta           float32      `json:"beta"`
	Smoothing      float32      `json:"smoothing"`
	SFTWeight      float32      `json:"sft_weight"`
	Policy         [][2]float32 `json:"policy"`
	Reference      [][2]float32 `json:"reference"`
	Tokens         [][2]float32 `json:"tokens"`
	Losses         []float64    `json:"losses"`
	Gradients      [][2]float64 `json:"gradients"`
	BatchLoss      *float64     `json:"batch_loss"` // nil if TRL's is not a mean over pairs
	BatchGradients [][2]float64 `json:"batch_gradients"`
}

// pairs returns the case's pairs; sftTokens gives the divisor of the SFT term.
func (c trlCase) pairs(sftTokens func(i int) float32) []place {
	pairs := make([]place, len(c.Policy))
	for i := range pairs {
		pairs[i] = place{c.Policy[i], c.Reference[i], c.Tokens[i], sftTokens(i)}
	}
	return pairs
}

// TestAgainstTRL compares with TRL's code, run in float64. Ours is float32: the tolerance is 1e-5 of a value, or, if terms
// cancel, 5e-7 for losses around 1 and gradients around β.
func TestAgainstTRL(t *testing.T) {
	path := os.Getenv(trlEnv)
	if path == "" {
		t.Skipf("%s is not set to a file with TRL's results; run make interop", trlEnv)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []trlCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	maximum := map[string]float64{}
	for _, c := range cases {
		gap := max(c.alone(t), c.together(t))
		maximum[c.Type] = max(maximum[c.Type], gap)
	}
	for _, lossType := range loss.Types() {
		if answerFormulas[lossType] != nil {
			continue // DPOTrainer does not have it
		}
		gap, there := maximum[lossType]
		if !there {
			t.Errorf("%s has no results for %s", path, lossType)
		}
		t.Logf("%-12s differs by at most %.1e", lossType, gap)
	}
}

// alone compares pairs computed one at a time.
func (c trlCase) alone(t *testing.T) (maximum float64) {
	s := settings{c.Beta, c.Smoothing, c.SFTWeight}
	pairs := c.pairs(func(i int) float32 { return c.Tokens[i][0] })
	got := run(t, c.Type, pairs, s)
	for i, p := range pairs {
		gap := apart(t, c.Type+", "+name(i, p, s)+"loss", got.losses[i], c.Losses[i], 1)
		maximum = max(maximum, gap)
		for side := range 2 {
			gap := apart(t, c.Type+", "+name(i, p, s)+"gradient", got.gradient[2*i+side], c.Gradients[i][side], float64(c.Beta))
			maximum = max(maximum, gap)
		}
	}
	return maximum
}

// together compares the mean over the pairs with TRL's loss of one batch.
func (c trlCase) together(t *testing.T) (maximum float64) {
	if c.BatchLoss == nil {
		return 0
	}
	s := settings{c.Beta, c.Smoothing, c.SFTWeight}
	n, tokens, mean := float64(len(c.Policy)), float32(0), 0.0
	for _, row := range c.Tokens {
		tokens += row[0]
	}
	pairs := c.pairs(func(int) float32 { return tokens / float32(n) })
	got := run(t, c.Type, pairs, s)
	for _, x := range got.losses {
		mean += float64(x) / n
	}
	maximum = apart(t, c.Type+": loss of the batch", float32(mean), *c.BatchLoss, 1)
	for i, p := range pairs {
		for side := range 2 {
			gap := apart(t, c.Type+", in the batch, "+name(i, p, s)+"gradient", got.gradient[2*i+side], n*c.BatchGradients[i][side], float64(c.Beta))
			maximum = max(maximum, gap)
		}
	}
	return maximum
}

// apart returns the difference between got and want, relative to want or to a twentieth of scale, whichever is larger.
func apart(t *testing.T, what string, got float32, want, scale float64) float64 {
	t.Helper()
	gap := math.Abs(float64(got)-want) / math.Max(math.Abs(want), scale/20)
	if !(gap <= 1e-5) {
		t.Errorf("%s is %.8g, TRL's %.8g", what, got, want)
	}
	return gap
}
