package answers

import (
	. "github.com/gomlx/gomlx/core/graph"

	"example.com/gonb-dpo/dpocore/loss"
)

// state is the hidden states [tokens, hidden] after the final norm with the vocabulary matrix.
func (g *Graphs) state(hidden *Node, end End[node]) loss.State {
	return loss.State{Hidden: g.config.FinalNorm(hidden, end.Norm), Head: g.config.BindVocabulary(end.Head)}
}

// final is the state of the policy, and the answers in it.
func (g *Graphs) final(in *Inputs[node]) (state loss.State, of loss.Answers) {
	a := in.Answers
	return g.state(in.Hidden, in.End), loss.Answers{Source: a.Source, Target: a.Target, Owner: a.Owner}
}

// logProbs measures a row's answers.
func (g *Graphs) logProbs(in *Inputs[node], pairs int) Measured[node] {
	state, of := g.final(in)
	logProbs, meanLogits := loss.LogProbs(state.Hidden, state.Head, of, 2*pairs)
	return Measured[node]{Reshape(logProbs, pairs, 2), Reshape(meanLogits, pairs, 2)}
}

// measure measures a row's answers.
func (g *Graphs) measure(in *MeasureInputs[node]) *Measured[node] {
	out := g.logProbs(&in.Inputs, in.PerPair.Shape().Dim(0))
	return &out
}

// tokens measures each of the answers' tokens.
func (g *Graphs) tokens(in *Inputs[node]) *PerToken[node] {
	state, of := g.final(in)
	logProbs, _ := loss.TokenLogProbs(state.Hidden, state.Head, of)
	return &PerToken[node]{logProbs}
}

// compare measures a row's answers and computes the pairs' losses, and by the kind of comparison gradients or the divergence.
func (g *Graphs) compare(in *CompareInputs[node]) *Compared[node] {
	pairs := in.Weights.Shape().Dim(0)
	out := &Compared[node]{Kind: in.Kind, Measured: g.logProbs(&in.Inputs, pairs)}
	terms := loss.Terms{Policy: out.LogProbs, Reference: in.Reference, Scalars: in.Scalars,
		Tokens: Reshape(loss.Tokens(in.Answers.Owner, 2*pairs), pairs, 2)}
	terms.SFTTokens = BroadcastToDims(terms.SFTTokens, pairs)
	if in.Kind.LossType == loss.KTOName {
		terms.Sides = Reshape(loss.Sides(in.Answers.Owner, 2*pairs), pairs, 2)
	}
	out.Losses = loss.Of(in.Kind.LossType, terms)
	state, of := g.final(&in.Inputs)
	entropy, likeliest := loss.Spread(state.Hidden, state.Head, of, 2*pairs)
	out.Entropy, out.Likeliest = Reshape(entropy, pairs, 2), Reshape(likeliest, pairs, 2)
	if in.Kind.Gradient {
		of := []*Node{in.Hidden}
		if in.Kind.End {
			of = append(of, in.End.Norm, in.End.Head[0])
		}
		grads := Gradient(ReduceAllSum(Mul(out.Losses, in.Weights)), of...)
		if out.GradHidden = grads[0]; in.Kind.End {
			out.GradEnd = End[node]{Norm: grads[1], Head: grads[2:]}
		}
	}
	if in.Kind.Divergence {
		out.Divergence = g.divergenceOf(&in.Inputs, in.Base, pairs)
	}
	return out
}

// divergence measures a row's answers and the policy's divergence from its reference.
func (g *Graphs) divergence(in *DivergenceInputs[node]) *Diverged[node] {
	pairs := in.PerPair.Shape().Dim(0)
	return &Diverged[node]{g.logProbs(&in.Inputs, pairs), g.divergenceOf(&in.Inputs, in.Base, pairs)}
}

// base is the state of the reference.
func (g *Graphs) base(in *Inputs[node], base Base[node]) loss.State {
	if base.End != nil {
		return g.state(base.Hidden, *base.End)
	}
	return g.state(base.Hidden, in.End)
}

// divergenceOf is that of loss.Divergence.
func (g *Graphs) divergenceOf(in *Inputs[node], base Base[node], pairs int) Divergence[node] {
	state, of := g.final(in)
	sums, furthest := loss.Divergence(state, g.base(in, base), base.End == nil, of, 2*pairs)
	return Divergence[node]{Reshape(sums, pairs, 2), furthest}
}

// far is the divergence for logits that differ more than loss.Divergence allows.
func (g *Graphs) far(in *DivergenceInputs[node]) *Sums[node] {
	state, of := g.final(&in.Inputs)
	pairs := in.PerPair.Shape().Dim(0)
	return &Sums[node]{Reshape(loss.FarDivergence(state, g.base(&in.Inputs, in.Base), of, 2*pairs), pairs, 2)}
}
