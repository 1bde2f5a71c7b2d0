package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Terms are what a loss of the DPO family is made of. In the comments of this package a is a chosen answer's log-ratio
// log π(answer) − log π_ref(answer), b the rejected one's, ε the label smoothing, and the margin β·(a − b).
type Terms struct {
	Policy, Reference    *Node // summed log-probabilities [pairs, 2], chosen before rejected
	Beta, LabelSmoothing *Node // scalars; smoothing only for the losses that have it

	Tokens    *Node // numbers of answer tokens [pairs, 2] float32, none below 1; for ipo and sigmoid_norm
	SFTWeight *Node // scalar, or nil for no term of supervised fine-tuning
	SFTTokens *Node // with SFTWeight: what a pair's chosen log-probability is divided by, [pairs], none below 1: see SFT
}

// Rewards are the implicit rewards β·(log π(answer) − log π_ref(answer)), [pairs, 2].
func (t Terms) Rewards() *Node {
	gain := Sub(t.Policy, t.Reference)
	return Mul(gain, BroadcastToShape(t.Beta, gain.Shape()))
}

// Margins are the rewards of the chosen answers less those of the rejected ones, [pairs]. β comes last: of two rounded
// rewards, XLA's fused multiply and add leaves a difference where the answers are equal.
func (t Terms) Margins() *Node {
	chosen, rejected := sides(Sub(t.Policy, t.Reference))
	gap := Sub(chosen, rejected)
	return Mul(gap, BroadcastToShape(t.Beta, gap.Shape()))
}

// perToken are the log-ratios a/|chosen| and b/|rejected|, each [pairs], with the numbers of tokens.
func (t Terms) perToken() (chosen, rejected *Node) {
	return sides(Div(Sub(t.Policy, t.Reference), t.Tokens))
}

// smooth is the label smoothing beside each of x, of x's shape.
func (t Terms) smooth(x *Node) *Node { return BroadcastToShape(t.LabelSmoothing, x.Shape()) }

// halfByBeta is 1/(2β) beside each of x.
func (t Terms) halfByBeta(x *Node) *Node {
	return BroadcastToShape(Reciprocal(MulScalar(t.Beta, 2)), x.Shape())
}

// sides parts [pairs, 2] into chosen and rejected, each [pairs].
func sides(x *Node) (chosen, rejected *Node) {
	side := func(i int) *Node { return Reshape(SliceAxis(x, 1, AxisElem(i)), x.Shape().Dim(0)) }
	return side(0), side(1)
}

// softplus is log(1+eˣ) = −log σ(−x). The greatest exponent is taken out, so that nothing overflows, and is no part of
// the gradient, so that this is σ(x) everywhere, at 0 as well.
func softplus(x *Node) *Node {
	greatest := StopGradient(Max(x, ZerosLike(x)))
	return Add(greatest, Log(Add(Exp(Sub(x, greatest)), Exp(Neg(greatest)))))
}

// sigma is σ(x) = exp(−softplus(−x)). Its gradient is then the product σ(x)·σ(−x), which keeps its digits where σ(x) is
// near 1 and σ(x)·(1 − σ(x)) would lose them.
func sigma(x *Node) *Node { return Exp(Neg(softplus(Neg(x)))) }
