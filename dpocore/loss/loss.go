// Package loss builds graphs of the DPO loss (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290) and its successors.
// [LogProbs] computes the log-probabilities of answers, [Of] the loss of each pair from them, or a weighted sum of several.
//
// Every loss has the formula of TRL 1.16. The loss of a pair does not depend on other pairs, so the loss of a batch is
// their mean and a batch can be computed in parts. TRL averages [SFT] differently; its comment explains how to get the same
// value.
package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// kind describes one loss.
type kind struct {
	name      string
	graph     func(Terms) *Node
	smoothing smoothing
	about     string
}

// smoothing reports whether a loss uses label smoothing.
type smoothing int

const (
	none    smoothing = iota // ignored
	allowed                  // at least 0
	needed                   // must be above 0
)

var kinds = []kind{
	{"sigmoid", DPO, allowed, "DPO, the loss to start with: −log σ(margin); label smoothing makes it conservative DPO (Rafailov et al. 2023, arXiv 2305.18290)."},
	{"hinge", Hinge, none, "SLiC's hinge loss: learns from a pair until its margin is 1 (Zhao et al. 2023, arXiv 2305.10425)."},
	{"ipo", IPO, none, "Pulls the margin per token to 1/(2β) and no further, so that clear-cut pairs are not overfitted (Azar et al. 2023, arXiv 2310.12036)."},
	{"robust", Robust, allowed, "DPO corrected for wrong labels; label smoothing is their fraction (Chowdhury et al. 2024, arXiv 2403.00409)."},
	{"exo_pair", EXO, needed, "The reverse KL divergence to smoothed labels; needs label smoothing (0.001 in its paper) (Ji et al. 2024, arXiv 2402.00856)."},
	{"nca_pair", NCA, none, "Raises the chosen answer's likelihood, not only the margin (Chen et al. 2024, arXiv 2402.05369)."},
	{"bco_pair", BCO, none, "Trains a binary classifier on single answers, chosen against rejected (Jung et al. 2024, arXiv 2404.04656)."},
	{"sppo_hard", SPPO, none, "Self-play: pulls the two log-ratios to +1/(2β) and −1/(2β) (Wu et al. 2024, arXiv 2405.00675)."},
	{"apo_zero", APOZero, none, "Chosen up, rejected down; for chosen answers better than the model's outputs (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"apo_down", APODown, none, "Both down, rejected more; for chosen answers worse than the model's outputs (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"discopop", DiscoPOP, none, "A blend of the logistic and the exponential loss, discovered by a language model (Lu et al. 2024, arXiv 2406.08414)."},
	{"sigmoid_norm", SigmoidNorm, none, "DPO with log-ratios per token, so that long answers count no more than short ones (Lambert et al. 2024, arXiv 2411.15124)."},
}

// term is a loss that is only added to others.
var term = kind{SFTName, SFT, none, "Supervised fine-tuning on the chosen answer, beside other losses (Wang et al. 2024, arXiv 2411.10442)."}

// Scalars are the inputs of the losses that a run sets, each []: numbers, or the nodes or tensors that hold them. A loss
// reads those that it needs.
type Scalars[T any] struct {
	Beta           T
	LabelSmoothing T // for the losses that use it
	SFTTokens      T // for [SFT]: what a chosen log-probability is divided by, at least 1

	Weights []T // of several losses, one each; none if each counts once
}

// Fields lists the scalars in the order of the compiled graphs' inputs.
func (s *Scalars[T]) Fields() []*T {
	fields := []*T{&s.Beta, &s.LabelSmoothing, &s.SFTTokens}
	for i := range s.Weights {
		fields = append(fields, &s.Weights[i])
	}
	return fields
}

// Types lists the names of the losses, which are TRL's; the first is the one to start with. [SFTName] is not among them.
func Types() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// About describes a loss and names its paper, in one sentence. It is empty for an unknown type.
func About(lossType string) string {
	if k := find(lossType); k != nil {
		return k.about
	}
	return ""
}

// Of builds the loss of the given type, [pairs]. It panics, as graph builders do, if [Check] rejects the type.
func Of(lossType string, t Terms) *Node {
	if err := Check(lossType); err != nil {
		panic(err)
	}
	var sum *Node
	for i, name := range Names(lossType) {
		losses := find(name).graph(t)
		if len(t.Weights) > 0 {
			losses = Mul(losses, BroadcastToShape(t.Weights[i], losses.Shape()))
		}
		if sum == nil {
			sum = losses
		} else {
			sum = Add(sum, losses)
		}
	}
	return sum
}

func find(name string) *kind {
	if name == SFTName {
		return &term
	}
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i]
		}
	}
	return nil
}
