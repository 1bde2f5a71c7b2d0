package measure

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
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
func Inspect(ctx context.Context, m *model.Model, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (Inspection, error) {
	inspection, err := inspect(ctx, m, dir, set, maxLength, progress)
	if err != nil {
		return Inspection{}, fmt.Errorf("inspect the pairs: %w", err)
	}
	return inspection, nil
}

func inspect(ctx context.Context, m *model.Model, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (i Inspection, err error) {
	examples, err := m.Encoder(maxLength).Encode(set)
	if err != nil {
		return i, err
	}
	p, err := m.Policy(dir, config.Auto)
	if err != nil {
		return i, err
	}
	defer func() { m.Work.Finish(p.Finalize) }()
	rows, err := Pack(examples.List)
	if err != nil {
		return i, err
	}
	var folders []string
	if folders, i.Steps, err = adaptersOf(dir); err != nil {
		return i, err
	}
	i.Pairs = inspected(m, examples)
	for stage := range len(folders) + 1 { // the reference first
		if stage > 0 {
			values, err := adapter.ReadValues(folders[stage-1], p.Layout)
			if err != nil {
				return i, err
			}
			if err := p.Restore(values, nil, nil, 0); err != nil {
				return i, err
			}
		}
		for done, row := range rows {
			progress(stage*len(rows)+done, (len(folders)+1)*len(rows))
			tokens, err := device.Await(ctx, &m.Work, func() ([]policy.Tokens, error) { return p.TokenLogProbs(row, stage > 0) })
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
	end, err := adapter.Hash(dir)
	if err != nil {
		return nil, nil, err
	}
	kept, err := run.Checkpoints(dir)
	if err != nil {
		return nil, nil, err
	}
	last := 0
	for _, step := range kept {
		folder := filepath.Join(dir, run.CheckpointPrefix+strconv.Itoa(step))
		hash, err := adapter.Hash(folder)
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
func inspected(m *model.Model, examples encode.Examples) []InspectedPair {
	list := make([]InspectedPair, len(examples.List))
	for i, example := range examples.List {
		list[i] = InspectedPair{
			Where: examples.Pairs[i].Where(), Prompt: examples.Pairs[i].PromptText(),
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
