package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// DPOP is −log σ(β·(a − b − λ·max(0, −a))), [pairs]: DPO with a penalty on chosen answers that have become less likely than
// under the reference, equation 3 of Pal et al. 2024 (Smaug, https://arxiv.org/abs/2402.13228), which uses λ = 50. Where a
// is exactly 0, as before the first update, the penalty's gradient is 0.
func DPOP(t Terms) *Node {
	chosen, rejected := sides(Sub(t.Policy, t.Reference))
	lost := Where(LessThan(chosen, ZerosLike(chosen)), Neg(chosen), ZerosLike(chosen))
	gap := Sub(Sub(chosen, rejected), Mul(t.scalar(t.Penalty, lost), lost))
	return softplus(Neg(Mul(gap, t.scalar(t.Beta, gap))))
}
