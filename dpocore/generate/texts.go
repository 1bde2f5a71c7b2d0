package generate

import (
	"fmt"
	"slices"
)

// texts are the samples as they grow.
type texts struct {
	ids [][]int32

	samplers []*sampler
	ended    []bool
	limit    int
	eos      []int32
	token    func(sample int, id int32)
}

func newTexts(o Options, eos []int32, token func(int, int32)) *texts {
	t := &texts{ids: make([][]int32, o.Samples), ended: make([]bool, o.Samples), limit: o.MaxNewTokens, eos: eos, token: token}
	for sample := range o.Samples {
		t.samplers = append(t.samplers, newSampler(o, sample))
		t.ids[sample] = []int32{}
	}
	return t
}

// draw chooses the next token of each sample from its logits; where there is one line of logits, all share it. A sample
// that has ended is carried along with token 0, which no other sees.
func (t *texts) draw(logits [][]float32) (tokens []int32, err error) {
	tokens = make([]int32, len(t.ids))
	for sample, ended := range t.ended {
		if ended {
			continue
		}
		id, err := t.samplers[sample].pick(logits[sample%len(logits)])
		if err != nil {
			return nil, fmt.Errorf("choose token %d of sample %d: %w", len(t.ids[sample]), sample, err)
		}
		tokens[sample] = id
		t.add(sample, id)
	}
	return tokens, nil
}

func (t *texts) add(sample int, id int32) {
	if slices.Contains(t.eos, id) {
		t.ended[sample] = true
		return
	}
	t.ids[sample] = append(t.ids[sample], id)
	t.ended[sample] = len(t.ids[sample]) == t.limit
	if t.token != nil {
		t.token(sample, id)
	}
}

func (t *texts) done() bool { return !slices.Contains(t.ended, false) }
