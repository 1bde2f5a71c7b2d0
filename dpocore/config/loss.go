package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/gonb-dpo/dpocore/config/bounds"
	"example.com/gonb-dpo/dpocore/loss"
)

// Loss returns the loss of a pair: its type, with the SFT term if there is one, and its scalars, of which SFTTokens depends
// on the pairs.
func (c Config) Loss() (lossType string, scalars loss.Scalars[float64]) {
	lossType, weights := lossTypeText(c), c.LossWeights
	if c.SFTWeight > 0 {
		lossType, weights = lossType+","+loss.SFTName, append(c.weights(), c.SFTWeight)
	}
	return lossType, loss.Scalars[float64]{Beta: c.Beta, LabelSmoothing: c.LabelSmoothing, Penalty: c.DPOPLambda, Target: c.SimPOGamma,
		Desirable: c.DesirableWeight, Undesirable: c.UndesirableWeight, Weights: weights}
}

// weights returns a weight for each loss of LossType.
func (c Config) weights() []float64 {
	if len(c.LossWeights) > 0 {
		return slices.Clone(c.LossWeights)
	}
	return slices.Repeat([]float64{1}, len(loss.Names(c.LossType)))
}

// Uses reports whether a loss of this name is one of the run's.
func (c Config) Uses(name string) bool { return slices.Contains(loss.Names(c.LossType), name) }

// FineTuning reports whether the run is supervised fine-tuning on single answers.
func (c Config) FineTuning() bool { return lossTypeText(c) == loss.SFTName }

// KTO reports whether the run's loss is KTO, which compares each answer with the others of its batch.
func (c Config) KTO() bool { return lossTypeText(c) == loss.KTOName }

// Reward returns what the run's rewards are.
func (c Config) Reward() loss.Reward { return loss.RewardOf(c.LossType) }

// of makes the text of a setting that only one loss has: it is part of a run's identity if the run uses that loss.
func of(name string, value func(Config) float64) func(Config) string {
	return func(c Config) string {
		if !c.Uses(name) {
			return ""
		}
		return fmt.Sprint(value(c))
	}
}

func lossTypeText(c Config) string { return strings.Join(loss.Names(c.LossType), ",") }

func lossWeightsText(c Config) string { return strings.Trim(fmt.Sprint(c.weights()), "[]") }

// checkBatch refuses a batch in which no answer has another prompt, and steps of more pairs than can be counted.
func checkBatch(c Config) error {
	if c.KTO() && c.BatchSize == 1 {
		return errors.New(`the batch size is 1; with the loss "kto" it must be at least 2, because each answer is compared with those to other prompts of its batch`)
	}
	if pairs := float64(c.BatchSize) * float64(c.GradientAccumulation); pairs > bounds.MaxCount {
		return fmt.Errorf("a step has %g pairs, the batch size times the gradient accumulation; it may have at most %d", pairs, bounds.MaxCount)
	}
	return nil
}

func checkLossWeights(c Config) error {
	if loss.Check(c.LossType) != nil {
		return nil // reported by its row
	}
	return loss.CheckWeights(c.LossType, c.LossWeights)
}

func checkSFTWeight(c Config) error {
	if c.SFTWeight > 0 && c.KTO() {
		return errors.New(`the loss "kto" has no SFT term: set the SFT weight to 0, or choose another loss`)
	}
	if c.SFTWeight > 0 && c.Uses(loss.SFTName) {
		return errors.New(`the loss type has "sft" already, so leave the SFT weight out; the loss weights say how much it counts`)
	}
	return nil
}
