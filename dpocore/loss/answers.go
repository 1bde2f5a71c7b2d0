package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// The losses in this file score each answer independently of the other.

// NCA is −log σ(β·a) − ½·log σ(−β·a) − ½·log σ(−β·b), [pairs]: noise contrastive alignment with two answers (Chen et al.
// 2024, https://arxiv.org/abs/2402.05369).
func NCA(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	penalty := Add(softplus(chosen), softplus(rejected))
	return Add(softplus(Neg(chosen)), MulScalar(penalty, 0.5))
}

// BCO is −log σ(β·a) − log σ(−β·b), [pairs]: binary classifier optimization (Jung et al. 2024,
// https://arxiv.org/abs/2404.04656). The paper subtracts a running mean from both rewards; TRL 1.16's DPOTrainer does not, and
// neither does this.
func BCO(t Terms) *Node {
	chosen, rejected := sides(t.Rewards())
	return Add(softplus(Neg(chosen)), softplus(rejected))
}

// SPPO is (a − 1/(2β))² + (b + 1/(2β))², [pairs]: self-play preference optimization with certain winners, equation 4.7
// of Wu et al. 2024 (https://arxiv.org/abs/2405.00675). It starts at 1/(2β²), which is 50 for β = 0.1, with a gradient of
// magnitude 1/β with respect to each log-ratio; DPO's is β/2.
func SPPO(t Terms) *Node {
	chosen, rejected := sides(Sub(t.Policy, t.Reference))
	target := t.inverse2Beta(chosen)
	return Add(Square(Sub(chosen, target)), Square(Add(rejected, target)))
}
