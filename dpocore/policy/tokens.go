package policy

import (
	"fmt"

	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/policy/answers"
)

// Tokens are the log-probabilities of each token of a pair's two answers, chosen and rejected, in nats.
type Tokens [2][]float32

// TokenLogProbs measures each token of a row's answers with or without the adapter, pair by pair in the row's order. Their
// sums are what LogProbs and Reference measure.
func (p *Policy) TokenLogProbs(row *batch.Row, withAdapter bool) ([]Tokens, error) {
	pairs, err := p.tokenLogProbs(row, withAdapter)
	if err != nil {
		return nil, fmt.Errorf("measure a row's tokens: %w", err)
	}
	return pairs, nil
}

func (p *Policy) tokenLogProbs(row *batch.Row, withAdapter bool) ([]Tokens, error) {
	of, layers := p.frozen(), (*pass).reference
	if withAdapter {
		of, layers = p.trained(), (*pass).withoutTrace
	}
	s, err := p.through(row, of, layers)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	in := s.answerInputs()
	var out answers.PerToken[tensor]
	if err := p.graphs.answers.Tokens.Call(&in, &out); err != nil {
		return nil, err
	}
	defer finalize(out.LogProbs)
	flat, err := appendValues(nil, out.LogProbs)
	if err != nil {
		return nil, err
	}
	pairs := make([]Tokens, len(row.Examples))
	for i, owner := range row.Owner { // an answer's tokens are in their order
		if owner >= 0 {
			answer := &pairs[owner/2][owner%2]
			*answer = append(*answer, flat[i])
		}
	}
	return pairs, nil
}
