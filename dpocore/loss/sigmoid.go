package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// DPO is −(1−ε)·log σ(margin) − ε·log σ(−margin), [pairs]: equation 7 of the DPO paper, with label
// smoothing ε as in conservative DPO (Mitchell 2023, https://ericmitchell.ai/cdpo.pdf). TRL 1.16's "sigmoid" ignores the
// setting label_smoothing.
func DPO(t Terms) *Node {
	return t.logistic(t.Margins())
}

// Robust is (−(1−ε)·log σ(margin) + ε·log σ(−margin)) / (1−2ε), [pairs]: an unbiased estimate of DPO's loss if a fraction
// ε of the labels is wrong (Chowdhury, Kini, Natarajan 2024, https://arxiv.org/abs/2403.00409). ε must be below
// 1/2; if it is above 0, the loss is unbounded below for large margins.
func Robust(t Terms) *Node {
	margins := t.Margins()
	epsilon := t.smooth(margins)
	asLabeled := Mul(OneMinus(epsilon), softplus(Neg(margins)))
	flipped := Mul(epsilon, softplus(margins))
	return Div(Sub(asLabeled, flipped), OneMinus(MulScalar(epsilon, 2)))
}

// SigmoidNorm is −log σ(β·(a/|chosen| − b/|rejected|)), [pairs], where |x| is a number of tokens: length-normalized DPO
// as in Tülu 3 (Lambert et al. 2024, https://arxiv.org/abs/2411.15124, section 5). Log-ratios per token are small, so β
// should be tens of times that of DPO.
func SigmoidNorm(t Terms) *Node {
	chosen, rejected := t.perToken()
	gap := Sub(chosen, rejected)
	return softplus(Neg(Mul(gap, BroadcastToShape(t.Beta, gap.Shape()))))
}
