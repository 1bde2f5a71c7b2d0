package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Hinge is max(0, 1 − margin), [pairs], of SLiC-HF (Zhao et al. 2023, https://arxiv.org/abs/2305.10425) on log-ratios to
// the reference (Liu et al. 2023, https://arxiv.org/abs/2309.06657). Where the margin is exactly 1 the gradient is 0, as
// PyTorch has it.
func Hinge(t Terms) *Node {
	missing := OneMinus(t.Margins())
	return Where(GreaterThan(missing, ZerosLike(missing)), missing, ZerosLike(missing))
}

// IPO is (a/|chosen| − b/|rejected| − 1/(2β))², [pairs], equation 17 of Azar et al. 2023
// (https://arxiv.org/abs/2310.12036), whose τ is β here. Log-ratios are taken per token, as TRL does on the authors'
// word; the paper's are sums.
func IPO(t Terms) *Node {
	chosen, rejected := t.perToken()
	gap := Sub(chosen, rejected)
	return Square(Sub(gap, t.halfByBeta(gap)))
}
