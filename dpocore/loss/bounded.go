package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Hinge is max(0, 1 − margin), [pairs], of SLiC-HF (Zhao et al. 2023, https://arxiv.org/abs/2305.10425) applied to log-ratios
// to the reference (Liu et al. 2023, https://arxiv.org/abs/2309.06657). At a margin of exactly 1 the gradient is 0, as in
// PyTorch.
func Hinge(t Terms) *Node {
	shortfall := OneMinus(t.Margins())
	return Where(GreaterThan(shortfall, ZerosLike(shortfall)), shortfall, ZerosLike(shortfall))
}

// IPO is (a/|chosen| − b/|rejected| − 1/(2β))², [pairs], equation 17 of Azar et al. 2023
// (https://arxiv.org/abs/2310.12036), whose τ is β here. Log-ratios are per token, as in TRL, which follows the
// authors' advice; those in the paper are sums.
func IPO(t Terms) *Node {
	chosen, rejected := t.perToken()
	gap := Sub(chosen, rejected)
	return Square(Sub(gap, t.inverse2Beta(gap)))
}
