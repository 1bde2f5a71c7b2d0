package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// EXO is the reverse KL divergence from the labels (1−ε, ε) to the policy's preference (σ(margin), σ(−margin)), [pairs]:
//
//	σ(margin)·(log σ(margin) − log(1−ε)) + σ(−margin)·(log σ(−margin) − log ε)
//
// equation 16 of Ji et al. 2024 (https://arxiv.org/abs/2402.00856), which uses ε = 0.001. ε must be above 0, since the
// divergence to a label of 0 is infinite.
func EXO(t Terms) *Node {
	margins := t.Margins()
	epsilon := t.smooth(margins)
	term := func(x, label *Node) *Node {
		logProb := Neg(softplus(Neg(x)))
		return Mul(Exp(logProb), Sub(logProb, Log(label)))
	}
	return Add(term(margins, OneMinus(epsilon)), term(Neg(margins), epsilon))
}
