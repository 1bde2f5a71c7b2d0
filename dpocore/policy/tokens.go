package policy

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/loss"
)

// Tokens are the log-probabilities of each token of a pair's two answers, chosen and rejected, in nats.
type Tokens [2][]float32

// TokenLogProbs measures each token of a row's answers, pair by pair in the order of the row's places, under the model
// with the adapter or without it. Their sums are what LogProbs and Reference measure.
func (p *Policy) TokenLogProbs(row *batch.Row, withAdapter bool) ([]Tokens, error) {
	pairs, err := p.tokenLogProbs(row, withAdapter)
	if err != nil {
		return nil, fmt.Errorf("measure a row's tokens: %w", err)
	}
	return pairs, nil
}

func (p *Policy) tokenLogProbs(row *batch.Row, withAdapter bool) ([]Tokens, error) {
	through := (*pass).reference
	if withAdapter {
		through = (*pass).withoutTrace
	}
	s, err := p.through(row, through)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	outputs, err := call(p.graphs.tokens, nil, p.weights.Norm(), p.weights.Head(), s.answers, s.hidden)
	if err != nil {
		return nil, err
	}
	defer finalize(outputs...)
	flat, err := appendValues(nil, outputs[0])
	if err != nil {
		return nil, err
	}
	pairs := make([]Tokens, len(row.Examples))
	for i, owner := range row.Owner { // an answer's tokens stand in their order
		if owner >= 0 {
			own := &pairs[owner/2][owner%2]
			*own = append(*own, flat[i])
		}
	}
	return pairs, nil
}

// Divergence measures a row's answers as LogProbs does, and how far the policy is from its reference along them: the
// Kullback-Leibler divergence of the next token's two distributions, summed over each answer's tokens, in nats.
func (p *Policy) Divergence(row *batch.Row) (m Measured, divergence [][2]float32, err error) {
	if m, divergence, err = p.divergence(row); err != nil {
		return Measured{}, nil, fmt.Errorf("measure a row's divergence: %w", err)
	}
	return m, divergence, nil
}

func (p *Policy) divergence(row *batch.Row) (m Measured, divergence [][2]float32, err error) {
	own, err := p.through(row, (*pass).withoutTrace)
	if err != nil {
		return m, nil, err
	}
	defer own.leave()
	base, err := p.through(row, (*pass).reference)
	if err != nil {
		return m, nil, err
	}
	defer base.leave()
	pairs := tensors.FromFlatDataAndDimensions(make([]float32, row.Shape.Pairs), row.Shape.Pairs)
	defer finalize(pairs)
	outputs, err := call(p.graphs.divergence, nil, p.weights.Norm(), p.weights.Head(), own.answers, pairs, own.hidden, base.hidden)
	if err != nil {
		return m, nil, err
	}
	defer finalize(outputs...)
	if m, err = read(row, outputs[0], outputs[1], nil); err != nil {
		return m, nil, err
	}
	divergence, err = own.divergence(row, base.hidden, outputs[2:])
	return m, divergence, err
}

// divergence is what diverged says of a pass and the output without the adapter, or, where they are too far apart for it,
// what farGraph does.
func (s *pass) divergence(row *batch.Row, base *tensors.Tensor, measured []*tensors.Tensor) ([][2]float32, error) {
	furthest, err := appendValues(nil, measured[1])
	switch {
	case err != nil:
		return nil, err
	case furthest[0] <= loss.NearMost:
		return byAnswer(row, measured[0])
	}
	p := s.policy
	pairs := tensors.FromFlatDataAndDimensions(make([]float32, row.Shape.Pairs), row.Shape.Pairs)
	defer finalize(pairs)
	outputs, err := call(p.graphs.far, nil, p.weights.Norm(), p.weights.Head(), s.answers, pairs, s.hidden, base)
	if err != nil {
		return nil, err
	}
	defer finalize(outputs...)
	return byAnswer(row, outputs[0])
}

// byAnswer copies what was measured of each answer, [pairs, 2], of the pairs that are there.
func byAnswer(row *batch.Row, measured *tensors.Tensor) (pairs [][2]float32, err error) {
	flat, err := appendValues(nil, measured)
	if err != nil {
		return nil, err
	}
	for i := range row.Examples {
		pairs = append(pairs, [2]float32{flat[2*i], flat[2*i+1]})
	}
	return pairs, nil
}

// through sends a row through all layers.
func (p *Policy) through(row *batch.Row, layers func(*pass) error) (*pass, error) {
	s, err := p.enter(row)
	if err != nil {
		return nil, err
	}
	if err := layers(s); err != nil {
		s.leave()
		return nil, err
	}
	return s, nil
}

// tokensGraph takes the final norm, the vocabulary matrix, a row's answers [3, answers] and the last layer's output
// [tokens, hidden]. It returns the log-probability of each answer's token [answers].
func (p *Policy) tokensGraph(params []*Node) []*Node {
	norm, head, answers, hidden := params[0], params[1], params[2], params[3]
	logProbs, _ := loss.TokenLogProbs(p.weights.Config.RMSNorm(hidden, norm), head, answersOf(answers))
	return []*Node{logProbs}
}

// divergenceGraph takes what measureGraph takes, and the last layer's output without the adapter. It returns what
// measureGraph does, the divergence along each answer, [pairs, 2], and how far the logits are apart, [].
func (p *Policy) divergenceGraph(params []*Node) []*Node {
	return append(p.measureGraph(params[:5]), p.diverged(params)...)
}

// diverged is what divergenceGraph adds to measureGraph.
func (p *Policy) diverged(params []*Node) []*Node {
	own, base, pairs := p.both(params)
	divergence, furthest := loss.Divergence(own, base, params[1], answersOf(params[2]), 2*pairs)
	return []*Node{Reshape(divergence, pairs, 2), furthest}
}

// farGraph is diverged for logits that are further apart, and returns the divergence alone.
func (p *Policy) farGraph(params []*Node) []*Node {
	own, base, pairs := p.both(params)
	return []*Node{Reshape(loss.FarDivergence(own, base, params[1], answersOf(params[2]), 2*pairs), pairs, 2)}
}

// both are the final states with the adapter and without it, of what divergenceGraph takes.
func (p *Policy) both(params []*Node) (own, base *Node, pairs int) {
	c, norm := p.weights.Config, params[0]
	return c.RMSNorm(params[4], norm), c.RMSNorm(params[5], norm), params[3].Shape().Dim(0)
}

func answersOf(answers *Node) loss.Answers {
	return loss.Answers{Source: line(answers, 0), Target: line(answers, 1), Owner: line(answers, 2)}
}
