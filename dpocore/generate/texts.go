package generate

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// texts are the samples as they grow.
type texts struct {
	ids [][]int32

	samplers []*sampler
	ended    []bool
	limit    int
	eos      []int32
	token    func(sample int, id int32) (end bool)
}

func newTexts(o Options, prompt, eos []int32, token func(int, int32) bool) *texts {
	t := &texts{ids: make([][]int32, o.Samples), ended: make([]bool, o.Samples), limit: o.MaxNewTokens, eos: eos, token: token}
	for sample := range o.Samples {
		t.samplers = append(t.samplers, newSampler(o, prompt, sample))
		t.ids[sample] = []int32{}
	}
	return t
}

// grow reads the prompt and draws until all samples have ended.
func (t *texts) grow(ctx context.Context, cache *cache, prompt []int32) error {
	logits, err := cache.readPrompt(ctx, prompt)
	if err != nil {
		return fmt.Errorf("read the prompt: %w", err)
	}
	for {
		tokens, err := t.draw(logits)
		if err != nil {
			return err
		}
		if t.done() {
			return nil
		}
		if logits, err = cache.readTokens(ctx, tokens); err != nil {
			return err
		}
	}
}

// draw chooses the next token of each sample from its logits; if there is only one row of logits, all share it. A sample
// that has ended continues with token 0, which no other sees.
func (t *texts) draw(logits [][]float32) (tokens []int32, err error) {
	tokens = make([]int32, len(t.ids))
	failed := make([]error, len(t.ids))
	var drawing sync.WaitGroup
	for sample, ended := range t.ended {
		if !ended {
			drawing.Go(func() { tokens[sample], failed[sample] = t.samplers[sample].pick(logits[sample%len(logits)]) })
		}
	}
	drawing.Wait()
	for sample, ended := range t.ended {
		switch {
		case ended:
		case failed[sample] != nil:
			return nil, fmt.Errorf("choose token %d of sample %d: %w", len(t.ids[sample]), sample, failed[sample])
		default:
			t.add(sample, tokens[sample])
		}
	}
	return tokens, nil
}

func (t *texts) add(sample int, id int32) {
	if slices.Contains(t.eos, id) {
		t.ended[sample] = true
		return
	}
	t.ids[sample] = append(t.ids[sample], id)
	end := t.token != nil && t.token(sample, id)
	t.ended[sample] = end || len(t.ids[sample]) == t.limit
}

func (t *texts) done() bool { return !slices.Contains(t.ended, false) }
