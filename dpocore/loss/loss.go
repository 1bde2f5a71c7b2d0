// Package loss is Direct Preference Optimization in a graph (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290),
// and the losses that came after it: [LogProbs] measures answers, [Of] compares the two of each pair.
//
// Every loss is TRL 1.16's, formula by formula. Each is of one pair alone, so that a batch's loss is their mean and a
// batch may be cut into parts; [SFT] is where TRL's mean is another one, and says how it becomes the same.
package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// kind is one loss of the family.
type kind struct {
	name      string
	graph     func(Terms) *Node
	smoothing smoothing
	about     string
}

// smoothing is what a loss makes of label smoothing.
type smoothing int

const (
	none    smoothing = iota // it knows nothing of it
	allowed                  // 0 is a value like any other
	needed                   // it must be above 0
)

var kinds = []kind{
	{"sigmoid", DPO, allowed, "DPO, the loss to start with: −log σ(margin); label smoothing makes it conservative DPO (Rafailov et al. 2023, arXiv 2305.18290)."},
	{"hinge", Hinge, none, "SLiC's: learns until the margin is 1, then leaves the pair alone (Zhao et al. 2023, arXiv 2305.10425)."},
	{"ipo", IPO, none, "Draws the margin per token to 1/(2β) and no further, so that clear pairs are not overfitted (Azar et al. 2023, arXiv 2310.12036)."},
	{"robust", Robust, allowed, "DPO without the bias of wrong labels, of which label smoothing gives the share (Chowdhury et al. 2024, arXiv 2403.00409)."},
	{"exo_pair", EXO, needed, "The reverse Kullback-Leibler divergence to smoothed labels; needs label smoothing, 0.001 in its paper (Ji et al. 2024, arXiv 2402.00856)."},
	{"nca_pair", NCA, none, "Raises the chosen answer's own likelihood instead of the margin alone (Chen et al. 2024, arXiv 2402.05369)."},
	{"bco_pair", BCO, none, "A classifier of single answers, chosen against rejected (Jung et al. 2024, arXiv 2404.04656)."},
	{"sppo_hard", SPPO, none, "Self-play: draws the two log-ratios to +1/(2β) and −1/(2β) (Wu et al. 2024, arXiv 2405.00675)."},
	{"apo_zero", APOZero, none, "Chosen up, rejected down; for chosen answers better than the model's own (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"apo_down", APODown, none, "Both down, rejected more; for chosen answers worse than the model's own (D'Oosterlinck et al. 2024, arXiv 2408.06266)."},
	{"discopop", DiscoPOP, none, "A blend of the logistic and the exponential loss that a language model found (Lu et al. 2024, arXiv 2406.08414)."},
	{"sigmoid_norm", SigmoidNorm, none, "DPO with log-ratios per token, so that longer answers weigh no more (Lambert et al. 2024, arXiv 2411.15124)."},
}

// Types are the names of the losses, TRL's own; the first is the one to start with.
func Types() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// About tells in one sentence what a loss does and which paper it is from; it is empty for a type that there is not.
func About(lossType string) string {
	if k := find(lossType); k != nil {
		return k.about
	}
	return ""
}

// Of is the loss of each pair by the type's name, [pairs]; with t.SFTWeight given, that much of [SFT] is added. It
// panics, as graph builders do, at a type that [Check] finds at fault.
func Of(lossType string, t Terms) *Node {
	if err := Check(lossType); err != nil {
		panic(err)
	}
	losses := find(lossType).graph(t)
	if t.SFTWeight == nil {
		return losses
	}
	return Add(losses, Mul(BroadcastToShape(t.SFTWeight, losses.Shape()), SFT(t)))
}

func find(lossType string) *kind {
	for i := range kinds {
		if kinds[i].name == lossType {
			return &kinds[i]
		}
	}
	return nil
}
