package loss_test

import (
	"testing"

	"example.com/gonb-dpo/dpocore/loss"
)

// A mix needs the reference if one of its losses does. The SFT term has no say.
func TestRewardOf(t *testing.T) {
	for lossType, want := range map[string]loss.Reward{
		"sigmoid": loss.LogRatio, "dpop": loss.LogRatio, "simpo": loss.MeanLogProb, "cpo": loss.LogProb, "orpo": loss.MeanLogProb,
		"simpo,sft": loss.MeanLogProb, "sft,cpo": loss.LogProb, "simpo,sigmoid": loss.LogRatio, "sigmoid,sft": loss.LogRatio,
		"cpo,simpo": loss.LogProb, "sft": loss.LogProb, "sigmiod": loss.LogRatio,
	} {
		if got := loss.RewardOf(lossType); got != want || got.NeedsReference() != (want == loss.LogRatio) {
			t.Errorf("%s: %q, want %q", lossType, got, want)
		}
	}
}

// Log-probabilities of −6 and −8 under the policy, −7 and −5 under the reference, of 2 and 4 tokens.
func TestScores(t *testing.T) {
	for reward, want := range map[loss.Reward][2]float64{loss.LogRatio: {1, -3}, loss.LogProb: {-6, -8}, loss.MeanLogProb: {-3, -2}} {
		if got := reward.Scores([2]float32{-6, -8}, [2]float32{-7, -5}, [2]int{2, 4}); got != want {
			t.Errorf("%q: %v, want %v", reward, got, want)
		}
	}
}
