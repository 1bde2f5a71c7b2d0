package loss

// Reward says what an answer's reward is beta times of, under a loss.
type Reward string

// The rewards. Those of a loss without a reference are not 0 when training begins.
const (
	LogRatio    Reward = ""                                       // log π(answer) − log π_ref(answer)
	LogProb     Reward = "the log-probability of the answer"      // log π(answer), without a reference
	MeanLogProb Reward = "the mean log-probability of its tokens" // log π(answer)/|answer|, without a reference
)

// RewardOf returns the reward of a loss type: that of the first loss in it, or LogRatio if any needs the reference.
func RewardOf(lossType string) Reward {
	if lossType == SFTName {
		return term.reward
	}
	first := LogRatio
	for _, name := range Names(lossType) {
		k := find(name)
		switch {
		case k == nil || k.reward == LogRatio:
			return LogRatio
		case first == LogRatio && name != SFTName:
			first = k.reward
		}
	}
	return first
}

// NeedsReference reports whether the reward, and the loss, is relative to a reference.
func (r Reward) NeedsReference() bool { return r == LogRatio }

// Scores returns what the rewards of a chosen and a rejected answer are beta times of, given summed log-probabilities in
// nats and numbers of tokens.
func (r Reward) Scores(policy, reference [2]float32, tokens [2]int) (scores [2]float64) {
	for side := range scores {
		scores[side] = float64(policy[side])
		switch r {
		case LogRatio:
			scores[side] -= float64(reference[side])
		case MeanLogProb:
			scores[side] /= float64(max(1, tokens[side]))
		}
	}
	return scores
}
