package loss

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// Terms are the inputs of a loss. In the comments of this package, a is the log-ratio log π(answer) − log π_ref(answer) of
// the chosen answer, b that of the rejected one, ε the label smoothing, and β·(a − b) the margin. The losses in free.go use
// the policy's log-probabilities alone.
type Terms struct {
	Policy, Reference *Node // summed log-probabilities [pairs, 2], chosen before rejected
	Tokens            *Node // number of tokens of each answer, at least 1, [pairs, 2] float32; for ipo and sigmoid_norm

	Sides *Node // 1 where there is an answer, 0 elsewhere, [pairs, 2] float32; for kto

	Scalars[*Node] // SFTTokens is [pairs]
}

// Rewards returns the implicit rewards β·(log π(answer) − log π_ref(answer)), [pairs, 2].
func (t Terms) Rewards() *Node {
	ratios := Sub(t.Policy, t.Reference)
	return Mul(ratios, BroadcastToShape(t.Beta, ratios.Shape()))
}

// Margins returns the rewards of the chosen answers minus those of the rejected ones, [pairs]. It multiplies by β last:
// otherwise XLA's fused multiply-add gives a nonzero margin for equal answers.
func (t Terms) Margins() *Node {
	chosen, rejected := sides(Sub(t.Policy, t.Reference))
	gap := Sub(chosen, rejected)
	return Mul(gap, BroadcastToShape(t.Beta, gap.Shape()))
}

// perToken returns the log-ratios per token, a/|chosen| and b/|rejected|, each [pairs].
func (t Terms) perToken() (chosen, rejected *Node) {
	return sides(Div(Sub(t.Policy, t.Reference), t.Tokens))
}

// scalar broadcasts one of the scalars to the shape of x.
func (t Terms) scalar(value, x *Node) *Node { return BroadcastToShape(value, x.Shape()) }

// smooth broadcasts the label smoothing to the shape of x.
func (t Terms) smooth(x *Node) *Node { return t.scalar(t.LabelSmoothing, x) }

// logistic is −(1−ε)·log σ(x) − ε·log σ(−x).
func (t Terms) logistic(x *Node) *Node {
	epsilon := t.smooth(x)
	return Add(Mul(OneMinus(epsilon), softplus(Neg(x))), Mul(epsilon, softplus(x)))
}

// inverse2Beta broadcasts 1/(2β) to the shape of x.
func (t Terms) inverse2Beta(x *Node) *Node {
	return BroadcastToShape(Reciprocal(MulScalar(t.Beta, 2)), x.Shape())
}

// sides splits [pairs, 2] into chosen and rejected, each [pairs].
func sides(x *Node) (chosen, rejected *Node) {
	side := func(i int) *Node { return Reshape(SliceAxis(x, 1, AxisElem(i)), x.Shape().Dim(0)) }
	return side(0), side(1)
}

// softplus is log(1+eˣ) = −log σ(−x). The maximum exponent is factored out so that nothing overflows, and excluded from the
// gradient so that this is σ(x) everywhere, including at 0.
func softplus(x *Node) *Node {
	maximum := StopGradient(Max(x, ZerosLike(x)))
	return Add(maximum, Log(Add(Exp(Sub(x, maximum)), Exp(Neg(maximum)))))
}

// sigma is σ(x) = exp(−softplus(−x)). Its gradient is then computed as σ(x)·σ(−x), which is accurate where σ(x) is near 1
// and σ(x)·(1 − σ(x)) is not.
func sigma(x *Node) *Node { return Exp(Neg(softplus(Neg(x)))) }
