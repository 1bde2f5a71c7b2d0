package policy

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// final is the hidden states [tokens, hidden] after the final norm, and the answers in them.
func (g *graphs) final(in *answerInputs[node]) (hidden *Node, of loss.Answers) {
	a := in.answers
	return g.config.FinalNorm(in.hidden, in.norm), loss.Answers{Source: a.source, Target: a.target, Owner: a.owner}
}

// logProbs measures a row's answers.
func (g *graphs) logProbs(in *answerInputs[node], pairs int) measureOutputs[node] {
	hidden, of := g.final(in)
	logProbs, meanLogits := loss.LogProbs(hidden, g.config.BindVocabulary(in.head), of, 2*pairs)
	return measureOutputs[node]{Reshape(logProbs, pairs, 2), Reshape(meanLogits, pairs, 2)}
}

// measureGraph measures a row's answers.
func (g *graphs) measureGraph(in *measureInputs[node]) *measureOutputs[node] {
	out := g.logProbs(&in.answerInputs, in.perPair.Shape().Dim(0))
	return &out
}

// tokensGraph measures each of the answers' tokens: log-probabilities [answers].
func (g *graphs) tokensGraph(in *answerInputs[node]) *single[node] {
	hidden, of := g.final(in)
	logProbs, _ := loss.TokenLogProbs(hidden, g.config.BindVocabulary(in.head), of)
	return &single[node]{logProbs}
}

// compareGraph measures a row's answers and computes the pairs' losses, and by the kind of comparison the gradient or the
// divergence.
func (g *graphs) compareGraph(in *compareInputs[node]) *compareOutputs[node] {
	pairs := in.weights.Shape().Dim(0)
	out := &compareOutputs[node]{kind: in.kind, measureOutputs: g.logProbs(&in.answerInputs, pairs)}
	terms := loss.Terms{Policy: out.logProbs, Reference: in.reference, Scalars: in.scalars,
		Tokens: Reshape(loss.Tokens(in.answers.owner, 2*pairs), pairs, 2)}
	terms.SFTTokens = BroadcastToDims(terms.SFTTokens, pairs)
	if in.kind.lossType == loss.KTOName {
		terms.Sides = Reshape(loss.Sides(in.answers.owner, 2*pairs), pairs, 2)
	}
	out.losses = loss.Of(in.kind.lossType, terms)
	hidden, of := g.final(&in.answerInputs)
	entropy, likeliest := loss.Spread(hidden, g.config.BindVocabulary(in.head), of, 2*pairs)
	out.entropy, out.likeliest = Reshape(entropy, pairs, 2), Reshape(likeliest, pairs, 2)
	if in.kind.gradient {
		out.gradHidden = Gradient(ReduceAllSum(Mul(out.losses, in.weights)), in.hidden)[0]
	}
	if in.kind.divergence {
		out.divergence = g.divergenceOf(&in.answerInputs, in.base, pairs)
	}
	return out
}

// divergenceGraph measures a row's answers and the policy's divergence from the model without the adapter.
func (g *graphs) divergenceGraph(in *divergenceInputs[node]) *divergenceOutputs[node] {
	pairs := in.perPair.Shape().Dim(0)
	return &divergenceOutputs[node]{g.logProbs(&in.answerInputs, pairs), g.divergenceOf(&in.answerInputs, in.base, pairs)}
}

// divergenceOf is that of loss.Divergence; base is the last layer's output without the adapter [tokens, hidden].
func (g *graphs) divergenceOf(in *answerInputs[node], base *Node, pairs int) divergence[node] {
	hidden, of := g.final(in)
	sums, furthest := loss.Divergence(hidden, g.config.FinalNorm(base, in.norm), g.config.BindVocabulary(in.head), of, 2*pairs)
	return divergence[node]{Reshape(sums, pairs, 2), furthest}
}

// farGraph is the divergence [pairs, 2] for logits that differ more than loss.Divergence allows.
func (g *graphs) farGraph(in *divergenceInputs[node]) *single[node] {
	hidden, of := g.final(&in.answerInputs)
	base := g.config.FinalNorm(in.base, in.norm)
	pairs := in.perPair.Shape().Dim(0)
	return &single[node]{Reshape(loss.FarDivergence(hidden, base, g.config.BindVocabulary(in.head), of, 2*pairs), pairs, 2)}
}
