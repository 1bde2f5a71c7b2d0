package dpocore

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Inspection is pairs token by token, under the reference and under a run's checkpoints.
type Inspection struct {
	Steps []int // of the checkpoints that the run has kept, and of its end, which comes last
	Pairs []InspectedPair
}

// InspectedPair is one pair.
type InspectedPair struct {
	Where, Prompt    string
	Chosen, Rejected InspectedAnswer
}

// InspectedAnswer is an answer's tokens and their log-probabilities in nats, [tokens] each. The sum over the tokens is what
// [Model.Evaluate] measures of the answer.
type InspectedAnswer struct {
	Tokens    []string
	Reference []float32
	Policy    [][]float32 // [steps][tokens]
}

// Inspect measures the tokens of a set's pairs under the model without the adapter of a run and with it as it was at each
// checkpoint that the run has kept. progress is told the rows done.
func (m *Model) Inspect(ctx context.Context, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (Inspection, error) {
	inspection, err := m.inspect(ctx, dir, set, maxLength, progress)
	if err != nil {
		return Inspection{}, fmt.Errorf("inspect the pairs: %w", err)
	}
	return inspection, nil
}

func (m *Model) inspect(ctx context.Context, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (i Inspection, err error) {
	examples, err := m.maker(maxLength).tokenize(set)
	if err != nil {
		return i, err
	}
	p, err := m.policy(dir, autoPrecision)
	if err != nil {
		return i, err
	}
	defer func() { m.work.finish(p.Finalize) }()
	rows, err := rowsOf(examples.list)
	if err != nil {
		return i, err
	}
	var folders []string
	if folders, i.Steps, err = adaptersOf(dir); err != nil {
		return i, err
	}
	i.Pairs = m.inspected(examples)
	for stage := range len(folders) + 1 { // the reference first
		if stage > 0 {
			values, err := export.ReadAdapter(folders[stage-1], p.Layout)
			if err != nil {
				return i, err
			}
			if err := p.Restore(values, nil, nil, 0); err != nil {
				return i, err
			}
		}
		for done, row := range rows {
			progress(stage*len(rows)+done, (len(folders)+1)*len(rows))
			tokens, err := await(ctx, &m.work, func() ([]policy.Tokens, error) { return p.TokenLogProbs(row, stage > 0) })
			if err != nil {
				return i, err
			}
			for place, example := range row.Examples {
				i.Pairs[example].take(tokens[place], stage)
			}
		}
	}
	return i, nil
}

// take keeps a pair's figures under the reference, which is stage 0, or a checkpoint.
func (p *InspectedPair) take(tokens policy.Tokens, stage int) {
	for side, answer := range []*InspectedAnswer{&p.Chosen, &p.Rejected} {
		if stage == 0 {
			answer.Reference = tokens[side]
		} else {
			answer.Policy = append(answer.Policy, tokens[side])
		}
	}
}

// adaptersOf lists the folders of a run's adapters and the steps after which they were kept, the run's end last. A
// checkpoint that holds the same adapter as the end gives it its step.
func adaptersOf(dir string) (folders []string, steps []int, err error) {
	end, err := export.HashAdapter(dir)
	if err != nil {
		return nil, nil, err
	}
	kept, err := checkpoints(dir)
	if err != nil {
		return nil, nil, err
	}
	last := 0
	for _, step := range kept {
		folder := filepath.Join(dir, checkpointPrefix+strconv.Itoa(step))
		hash, err := export.HashAdapter(folder)
		if err != nil {
			return nil, nil, err
		}
		if last = step; hash != end {
			folders, steps = append(folders, folder), append(steps, step)
		}
	}
	return append(folders, dir), append(steps, last), nil
}

// inspected are pairs before they are measured.
func (m *Model) inspected(examples examples) []InspectedPair {
	list := make([]InspectedPair, len(examples.list))
	for i, example := range examples.list {
		list[i] = InspectedPair{
			Where: examples.pairs[i].Where(), Prompt: examples.pairs[i].PromptText(),
			Chosen:   InspectedAnswer{Tokens: tokenTexts(m.Tokenizer, example.Chosen)},
			Rejected: InspectedAnswer{Tokens: tokenTexts(m.Tokenizer, example.Rejected)},
		}
	}
	return list
}

// tokenTexts is what each token adds to the text: a control token its name, a token that only begins a character nothing.
func tokenTexts(tok *tokenizer.Tokenizer, ids []int32) []string {
	names := map[int32]string{}
	for _, special := range tok.Specials() {
		names[special.ID] = special.Text
	}
	stream := tok.Stream()
	texts := make([]string, len(ids))
	for i, id := range ids {
		if name, ok := names[id]; ok {
			texts[i] = stream.Close() + name
			continue
		}
		texts[i] = stream.Add(id)
	}
	if n := len(texts); n > 0 {
		texts[n-1] += stream.Close()
	}
	return texts
}
