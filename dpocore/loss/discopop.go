package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// discoPOPTau is the temperature τ of the blend, with the default of the paper and TRL.
const discoPOPTau = 0.05

// DiscoPOP is the log-ratio modulated loss, [pairs]. With m for the margin:
//
//	−log σ(m)·(1 − σ(m/τ)) + e^−m·σ(m/τ), τ = 0.05
//
// equation 5 of Lu et al. 2024 (https://arxiv.org/abs/2406.08414). The second term is computed as one
// exponential, exp(−m − log(1 + e^(−m/τ))): for very negative m its factors are infinite and 0, and TRL's loss is NaN.
func DiscoPOP(t Terms) *Node {
	margins := t.Margins()
	negative := MulScalar(margins, -1/discoPOPTau)
	logistic := Mul(softplus(Neg(margins)), sigma(negative))
	exponential := Exp(Neg(Add(margins, softplus(negative))))
	return Add(logistic, exponential)
}
