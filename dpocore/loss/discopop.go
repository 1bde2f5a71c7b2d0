package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// discoPOPTau is the temperature τ of the blend, the paper's and TRL's default.
const discoPOPTau = 0.05

// DiscoPOP is the log-ratio modulated loss with m for the margin, [pairs]:
//
//	−log σ(m)·(1 − σ(m/τ)) + e^−m·σ(m/τ), τ = 0.05
//
// equation 5 of Lu et al. 2024 (https://arxiv.org/abs/2406.08414). The second term is one exponential,
// exp(−m − log(1 + e^(−m/τ))): its two factors alone become infinite and 0 where m is far below 0, and there TRL's own
// loss is not a number.
func DiscoPOP(t Terms) *Node {
	margins := t.Margins()
	against := MulScalar(margins, -1/discoPOPTau)
	logistic := Mul(softplus(Neg(margins)), sigma(against))
	exponential := Exp(Neg(Add(margins, softplus(against))))
	return Add(logistic, exponential)
}
