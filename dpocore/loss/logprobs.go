package loss

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/decoder/product"
)

// Answers maps hidden states to the tokens they predict and the answers these belong to. Each vector is [tokens] int32 and
// as in batch.Row.
type Answers struct {
	Source, Target, Owner *Node
}

// LogProbs sums log π(token | preceding tokens) over each answer's tokens. From hidden states [row, hidden] and the
// output matrix head [vocabulary, hidden] it returns logProbs and meanLogits, each [answers] float32, where answers is
// twice the number of pairs in a row: chosen and rejected alternate. meanLogits sums the mean over the vocabulary of each
// token's logits; it has no gradient.
func LogProbs(hidden *Node, head product.Vocabulary, a Answers, answers int) (logProbs, meanLogits *Node) {
	perToken, mean := TokenLogProbs(hidden, head, a)
	return a.sum(perToken, answers), StopGradient(a.sum(mean, answers))
}

// states gathers the hidden states that predict the answers' tokens, [tokens, hidden].
func (a Answers) states(hidden *Node) *Node {
	return Gather(hidden, Reshape(a.Source, a.Source.Shape().Dim(0), 1))
}

// sum sums x [tokens] over each answer's tokens, [answers].
func (a Answers) sum(x *Node, answers int) *Node {
	tokens := x.Shape().Dim(0)
	return ReduceSum(Mul(ownership(a.Owner, answers), BroadcastToDims(Reshape(x, tokens, 1), tokens, answers)), 0)
}

// exponentials returns exp(logit − maximum) [tokens, vocabulary], and each token's maximum logit [tokens].
func exponentials(logits *Node) (exps, maximum *Node) {
	maximum = StopGradient(ReduceAndKeep(logits, ReduceMax, -1))
	exps = Exp(Sub(logits, BroadcastToShape(maximum, logits.Shape())))
	return exps, Reshape(maximum, logits.Shape().Dim(0))
}

// TokenLogProbs returns the terms that LogProbs sums, each [tokens]. A token's log-probability is its logit minus the
// log-sum-exp of all logits. Its logit is computed as hidden·head[target], which avoids a gather from [tokens, vocabulary],
// from the same rounded values as the others, so that no probability exceeds 1.
func TokenLogProbs(hidden *Node, head product.Vocabulary, a Answers) (logProbs, meanLogits *Node) {
	states := head.Rounded(a.states(hidden))
	logits := head.Logits(states)
	exps, maximum := exponentials(logits)
	logSum := Add(Log(sumAsTorch(exps)), maximum)
	return Sub(a.logits(states, head), logSum), head.MeanLogits(states, logits)
}

// logits returns those of the answers' tokens, given the states that predict them, [tokens].
func (a Answers) logits(states *Node, head product.Vocabulary) *Node {
	return ReduceSum(Mul(states, head.Rows(a.Target)), -1)
}

// rounding is how much two ways to compute a logit may differ.
const rounding = 1e-4

// Spread sums over each answer's tokens the entropy of the distribution that the token was drawn from, in nats, and counts those that
// have the largest logit of the vocabulary, both [answers] float32 and without a gradient. The arguments are those of [LogProbs],
// whose pass over the vocabulary it shares in one graph.
func Spread(hidden *Node, head product.Vocabulary, a Answers, answers int) (entropy, likeliest *Node) {
	states := head.Rounded(a.states(hidden))
	logits := head.Logits(states)
	exps, maximum := exponentials(logits)
	sums := sumAsTorch(exps)
	above := Sub(logits, BroadcastToShape(Reshape(maximum, logits.Shape().Dim(0), 1), logits.Shape()))
	entropies := Sub(Log(sums), Div(ReduceSum(Mul(exps, above), -1), sums)) // log Σe − Σ e·log e / Σe
	target := a.logits(states, head)
	is := ConvertDType(GreaterOrEqual(target, AddScalar(maximum, -rounding)), dtypes.Float32)
	return StopGradient(a.sum(entropies, answers)), StopGradient(a.sum(is, answers))
}

// Tokens counts each answer's tokens, [answers] float32, from Answers.Owner; an unused place counts as 1.
func Tokens(owner *Node, answers int) *Node {
	counts := ReduceSum(ownership(owner, answers), 0)
	return Max(counts, OnesLike(counts))
}

// ownership returns 1 where a token belongs to an answer and 0 elsewhere, [tokens, answers].
func ownership(owner *Node, answers int) *Node {
	tokens := owner.Shape().Dim(0)
	owners := BroadcastToDims(Reshape(owner, tokens, 1), tokens, answers)
	return ConvertDType(Equal(owners, Iota(owner.Graph(), owners.Shape(), 1)), dtypes.Float32)
}

// sumAsTorch sums x [tokens, vocabulary] over the vocabulary in float32, in PyTorch's order on a CPU: sixteen partial sums.
// XLA's matrix-vector product has eight, so two halves make sixteen; XLA's own reduction is a tree. Adding small terms to
// large sums costs 9e-6 of a token's log-probability in PyTorch's order and almost nothing in a tree. To match TRL, the
// order is PyTorch's: a 270-token answer then differs by 2e-4 instead of 2.3e-3.
func sumAsTorch(x *Node) *Node {
	tokens, vocabulary := x.Shape().Dim(0), x.Shape().Dim(1)
	parts := 1
	if vocabulary%2 == 0 {
		parts = 2
	}
	ones := Ones(x.Graph(), shapes.Make(dtypes.Float32, vocabulary/parts))
	partial := DotGeneral(Reshape(x, tokens*parts, vocabulary/parts), []int{1}, nil, ones, []int{0}, nil)
	return ReduceSum(Reshape(partial, tokens, parts), 1)
}
