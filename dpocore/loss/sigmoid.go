package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// DPO is the loss of each pair, [pairs]: −(1−ε)·log σ(margin) − ε·log σ(−margin), equation 7 of the DPO paper, with
// label smoothing ε as in conservative DPO (Mitchell 2023, https://ericmitchell.ai/cdpo.pdf). TRL 1.16's "sigmoid" has
// no smoothing: it takes the setting and leaves it unread.
func DPO(t Terms) *Node {
	margins := t.Margins()
	epsilon := t.smooth(margins)
	return Add(Mul(OneMinus(epsilon), softplus(Neg(margins))), Mul(epsilon, softplus(margins)))
}

// Robust is (−(1−ε)·log σ(margin) + ε·log σ(−margin)) / (1−2ε), [pairs]: what DPO's loss would be on average if a share
// ε of the labels were not wrong (Chowdhury, Kini, Natarajan 2024, https://arxiv.org/abs/2403.00409). ε must be below
// 1/2; above 0 the loss of a large margin is negative and has no least value.
func Robust(t Terms) *Node {
	margins := t.Margins()
	epsilon := t.smooth(margins)
	straight := Mul(OneMinus(epsilon), softplus(Neg(margins)))
	flipped := Mul(epsilon, softplus(margins))
	return Div(Sub(straight, flipped), OneMinus(MulScalar(epsilon, 2)))
}

// SigmoidNorm is −log σ(β·(a/|chosen| − b/|rejected|)), [pairs], with the answers' numbers of tokens: DPO normalised by
// length, as in Tülu 3 (Lambert et al. 2024, https://arxiv.org/abs/2411.15124, section 5). Log-ratios per token are
// small: β is to be some tens of times DPO's.
func SigmoidNorm(t Terms) *Node {
	chosen, rejected := t.perToken()
	gap := Sub(chosen, rejected)
	return softplus(Neg(Mul(gap, BroadcastToShape(t.Beta, gap.Shape()))))
}
