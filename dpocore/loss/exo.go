package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// EXO is the Kullback-Leibler divergence from the labels (1−ε, ε) to the policy's (σ(margin), σ(−margin)), [pairs]:
//
//	σ(margin)·(log σ(margin) − log(1−ε)) + σ(−margin)·(log σ(−margin) − log ε)
//
// equation 16 of Ji et al. 2024 (https://arxiv.org/abs/2402.00856), where ε is 0.001. ε must be above 0: a label of 0
// would be infinitely far away.
func EXO(t Terms) *Node {
	margins := t.Margins()
	epsilon := t.smooth(margins)
	part := func(x, label *Node) *Node {
		logShare := Neg(softplus(Neg(x)))
		return Mul(Exp(logShare), Sub(logShare, Log(label)))
	}
	return Add(part(margins, OneMinus(epsilon)), part(Neg(margins), epsilon))
}
