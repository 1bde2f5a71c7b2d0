// Package loss builds graphs of the DPO loss (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290) and its successors.
// [LogProbs] computes the log-probabilities of answers, [Of] the loss of each pair from them, or a weighted sum of several.
//
// Every loss has the formula of TRL 1.16, or of its paper where TRL has none. The loss of a pair depends on other pairs only through the scalars, so the loss of
// a batch is their mean and a batch can be computed in parts. TRL averages [SFT] differently; its comment explains how to get the same
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
	reward    Reward
	about     string
}

// smoothing reports whether a loss uses label smoothing.
type smoothing int

const (
	none    smoothing = iota // ignored
	allowed                  // at least 0
	needed                   // must be above 0
)

// kinds begin with those to choose from first.
var kinds = []kind{
	{"sigmoid", DPO, allowed, LogRatio, "DPO, the loss to start with: −log σ(margin); label smoothing makes it conservative DPO (Rafailov et al. 2023, arXiv 2305.18290)."},
	{"dpop", DPOP, none, LogRatio, "DPO for when even the chosen answers become less likely: penalizes that, times --dpop-lambda (Pal et al. 2024, arXiv 2402.13228)."},
	{"simpo", SimPO, allowed, MeanLogProb, "SimPO, for when answers grow too long or the reference takes too much time: compares log-probabilities per token, without a reference; set --beta to 2 to 10 (Meng et al. 2024, arXiv 2405.14734)."},
	{KTOName, KTO, none, LogRatio, "KTO, for answers with a thumb up or down instead of pairs: good answers up, bad ones down, each relative to the others of its batch; also learns from pairs (Ethayarajh et al. 2024, arXiv 2402.01306)."},
	{"hinge", Hinge, none, LogRatio, "SLiC's hinge loss: learns from a pair until its margin is 1 (Zhao et al. 2023, arXiv 2305.10425)."},
	{"ipo", IPO, none, LogRatio, "Pulls the margin per token to 1/(2β) and no further, so that clear-cut pairs are not overfitted (Azar et al. 2023, arXiv 2310.12036)."},
	{"robust", Robust, allowed, LogRatio, "DPO corrected for wrong labels; label smoothing is their fraction (Chowdhury et al. 2024, arXiv 2403.00409)."},
	{"exo_pair", EXO, needed, LogRatio, "The reverse KL divergence to smoothed labels; needs label smoothing (0.001 in its paper) (Ji et al. 2024, arXiv 2402.00856)."},
	{"nca_pair", NCA, none, LogRatio, "Raises the chosen answer's likelihood, not only the margin (Chen et al. 2024, arXiv 2402.05369)."},
	{"bco_pair", BCO, none, LogRatio, "Trains a binary classifier on single answers, chosen against rejected (Jung et al. 2024, arXiv 2404.04656)."},
	{"sppo_hard", SPPO, none, LogRatio, "Self-play: pulls the two log-ratios to +1/(2β) and −1/(2β) (Wu et al. 2024, arXiv 2405.00675)."},
	{"apo_zero", APOZero, none, LogRatio, "Chosen up, rejected down; for chosen answers better than the model's outputs (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"apo_down", APODown, none, LogRatio, "Both down, rejected more; for chosen answers worse than the model's outputs (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"discopop", DiscoPOP, none, LogRatio, "A blend of the logistic and the exponential loss, discovered by a language model (Lu et al. 2024, arXiv 2406.08414)."},
	{"sigmoid_norm", SigmoidNorm, none, LogRatio, "DPO with log-ratios per token, so that long answers count no more than short ones (Lambert et al. 2024, arXiv 2411.15124)."},
	{"cpo", CPO, allowed, LogProb, "CPO, for when there is no memory or time for a reference: DPO without one, with an SFT term that keeps chosen answers likely (Xu et al. 2024, arXiv 2401.08417)."},
	{"orpo", ORPO, none, MeanLogProb, "ORPO, for when a base model is to learn the answers and the preference at once: SFT and an odds ratio times β, without a reference (Hong et al. 2024, arXiv 2403.07691)."},
}

// Usual is the number of losses to choose from first, at the beginning of [Types].
const Usual = 3

// term is a loss that is only added to others.
var term = kind{SFTName, SFT, none, LogProb, "Supervised fine-tuning on the chosen answer, beside other losses (Wang et al. 2024, arXiv 2411.10442)."}

// Scalars are the inputs of the losses that a run sets, each []: numbers, or the nodes or tensors that hold them. A loss
// reads those that it needs.
type Scalars[T any] struct {
	Beta           T
	LabelSmoothing T // for the losses that use it
	SFTTokens      T // for [SFT]: what a chosen log-probability is divided by, at least 1
	Penalty        T // λ of [DPOP]
	Target         T // γ of [SimPO]
	Desirable      T // λ_D of [KTO]
	Undesirable    T // λ_U of [KTO]
	Divergence     T // z of [KTO], of a batch, in nats

	Weights []T // of several losses, one each; none if each counts once
}

// Fields lists the scalars in the order of the compiled graphs' inputs.
func (s *Scalars[T]) Fields() []*T {
	fields := []*T{&s.Beta, &s.LabelSmoothing, &s.SFTTokens, &s.Penalty, &s.Target, &s.Desirable, &s.Undesirable, &s.Divergence}
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
