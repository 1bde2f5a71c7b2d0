package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// The losses here weigh each answer by itself, not against the other one.

// NCA is −log σ(β·a) − ½·log σ(−β·a) − ½·log σ(−β·b), [pairs]: noise contrastive alignment with two answers (Chen et al.
// 2024, https://arxiv.org/abs/2402.05369).
func NCA(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	against := Add(softplus(chosen), softplus(rejected))
	return Add(softplus(Neg(chosen)), MulScalar(against, 0.5))
}

// BCO is −log σ(β·a) − log σ(−β·b), [pairs]: binary classifier optimization (Jung et al. 2024,
// https://arxiv.org/abs/2404.04656). The paper takes from both rewards their running mean; TRL 1.16's DPO keeps none, and
// so does this.
func BCO(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	return Add(softplus(Neg(chosen)), softplus(rejected))
}

// SPPO is (a − 1/(2β))² + (b + 1/(2β))², [pairs]: self-play preference optimization with certain winners, equation 4.7
// of Wu et al. 2024 (https://arxiv.org/abs/2405.00675). It starts at 1/(2β²), 50 where β is 0.1, with a gradient of
// 1/β by each log-ratio where DPO's is β/2.
func SPPO(t Terms) *Node {
	chosen, rejected := sides(Sub(t.Policy, t.Reference))
	wanted := t.halfByBeta(chosen)
	return Add(Square(Sub(chosen, wanted)), Square(Add(rejected, wanted)))
}
