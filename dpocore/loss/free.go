package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// The losses in this file need no reference. Below, p is log π(chosen), q is log π(rejected), and |x| a number of tokens.

// SimPO is −log σ(β·(p/|chosen| − q/|rejected|) − γ), [pairs], with label smoothing as in [DPO]: equation 6 of Meng et al.
// 2024 (https://arxiv.org/abs/2405.14734), whose β is 2 to 10 and γ a quarter to a half of it. TRL 1.16's CPOTrainer has it
// as "simpo", with an SFT term unless cpo_alpha is 0.
func SimPO(t Terms) *Node {
	chosen, rejected := sides(Div(t.Policy, t.Tokens))
	gap := Sub(chosen, rejected)
	return t.logistic(Sub(Mul(gap, t.scalar(t.Beta, gap)), t.scalar(t.Target, gap)))
}

// CPO is −log σ(β·(p − q)) + [SFT], [pairs], with label smoothing as in [DPO]: contrastive preference optimization, equation
// 5 of Xu et al. 2024 (https://arxiv.org/abs/2401.08417), as TRL 1.16's CPOTrainer has it.
func CPO(t Terms) *Node {
	chosen, rejected := sides(t.Policy)
	gap := Sub(chosen, rejected)
	return Add(t.logistic(Mul(gap, t.scalar(t.Beta, gap))), SFT(t))
}

// ORPO is [SFT] − β·log σ(log-odds(p/|chosen|) − log-odds(q/|rejected|)), [pairs], where log-odds(x) = x − log(1 − eˣ):
// odds ratio preference optimization, equations 6 and 7 of Hong et al. 2024 (https://arxiv.org/abs/2403.07691), whose λ is β
// here. TRL 1.16's ORPOTrainer averages the SFT term over the prompt's tokens too; the paper's and this one is of the
// answer alone.
func ORPO(t Terms) *Node {
	chosen, rejected := sides(Div(t.Policy, t.Tokens))
	ratio := Sub(logOdds(chosen), logOdds(rejected))
	return Add(SFT(t), Mul(t.scalar(t.Beta, ratio), softplus(Neg(ratio))))
}

// logOdds is x − log(1 − eˣ) of a log-probability x. A certain answer, of log-probability 0, counts as a little less, so that
// its odds are finite. 1 − eˣ is computed as −tanh(x/2)·(1 + eˣ), which is accurate near 0.
func logOdds(x *Node) *Node {
	x = MinScalar(x, -1./(1<<24))
	return Sub(x, Add(Log(Neg(Tanh(MulScalar(x, 0.5)))), Log1p(Exp(x))))
}
