package measure

import (
	"context"
	"fmt"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/policy"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/report/tokenview"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/tokenizer"
	"example.com/gonb-dpo/internal/checkpoints"
)

// Inspection holds token-level log-probabilities of pairs, under the reference and at each checkpoint of a run.
type Inspection struct {
	Steps []int // of the checkpoints that still exist; the end of the run comes last
	Pairs []InspectedPair
	Notes []string // on the pairs that were left out or truncated
}

// InspectedPair is one pair.
type InspectedPair struct {
	Where, Prompt    string
	Chosen, Rejected InspectedAnswer
}

// InspectedAnswer is an answer's tokens and their log-probabilities in nats. The sum over the tokens is the answer's
// log-probability in [Evaluate].
type InspectedAnswer struct {
	Tokens    []string    // [tokens]
	Reference []float32   // [tokens]
	Policy    [][]float32 // [steps][tokens]
}

// View is the inspection of the run in a folder as it is shown.
func (i Inspection) View(dir string, beta float64) tokenview.View {
	view := tokenview.View{Run: dir, Beta: beta, Steps: i.Steps}
	for _, pair := range i.Pairs {
		shown := tokenview.Pair{Where: pair.Where, Prompt: pair.Prompt}
		for side, a := range []InspectedAnswer{pair.Chosen, pair.Rejected} {
			shown.Answers[side] = tokenview.NewAnswer(a.Tokens, a.Reference, a.Policy)
		}
		view.Pairs = append(view.Pairs, shown)
	}
	return view
}

// maxInspected is the maximum number of pairs that are shown token by token.
const maxInspected = 40

// Inspected are the first pairs of a set, as many as are shown token by token.
func Inspected(set *preference.Set) *preference.Set {
	return &preference.Set{Source: set.Source, Pairs: set.Pairs[:min(maxInspected, len(set.Pairs))]}
}

// Inspect measures the tokens of a set's pairs under the model without adapter and with the adapter of a run at each
// checkpoint that still exists. progress receives the number of rows done.
func Inspect(ctx context.Context, m *model.Model, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (Inspection, error) {
	inspection, err := inspect(ctx, m, dir, set, maxLength, progress)
	if err != nil {
		return Inspection{}, fmt.Errorf("inspect the pairs: %w", err)
	}
	return inspection, nil
}

func inspect(ctx context.Context, m *model.Model, dir string, set *preference.Set, maxLength int, progress func(done, total int)) (inspection Inspection, err error) {
	if err := set.CheckPairs("inspecting pairs"); err != nil {
		return inspection, err
	}
	encoder := m.Encoder(maxLength)
	examples, err := encoder.EncodeSet(set)
	if err != nil {
		return inspection, err
	}
	if err := m.LoadForUse(); err != nil {
		return inspection, err
	}
	p, err := m.Policy(dir)
	if err != nil {
		return inspection, err
	}
	defer func() { m.Work.WhenIdle(p.Finalize) }()
	rows, err := packFor(m, examples.List)
	if err != nil {
		return inspection, err
	}
	folders, steps, err := adaptersOf(dir)
	if err != nil {
		return inspection, err
	}
	inspection = Inspection{Steps: steps, Pairs: newInspectedPairs(m, examples), Notes: encoder.Notes(set)}
	for stage := range len(folders) + 1 { // the reference first
		if stage > 0 {
			if err := setAdapter(p, folders[stage-1]); err != nil {
				return inspection, err
			}
		}
		for done, row := range rows {
			progress(stage*len(rows)+done, (len(folders)+1)*len(rows))
			tokens, err := device.Await(ctx, &m.Work, func() ([]policy.Tokens, error) { return p.TokenLogProbs(row, stage > 0) })
			if err != nil {
				return inspection, err
			}
			for i, example := range row.Examples {
				inspection.Pairs[example].add(tokens[i], stage)
			}
		}
	}
	return inspection, nil
}

// setAdapter replaces the adapter's values, or all weights, by those in a folder.
func setAdapter(p *policy.Policy, dir string) error {
	values, err := run.ReadTrained(dir, p.Layout)
	if err != nil {
		return err
	}
	return p.Restore(values, nil, nil, 0)
}

// add adds the log-probabilities of a pair's tokens under the reference (stage 0) or a checkpoint (stages from 1).
func (p *InspectedPair) add(tokens policy.Tokens, stage int) {
	for side, answer := range []*InspectedAnswer{&p.Chosen, &p.Rejected} {
		if stage == 0 {
			answer.Reference = tokens[side]
		} else {
			answer.Policy = append(answer.Policy, tokens[side])
		}
	}
}

// adaptersOf lists the folders of a run's adapters and their steps, the end of the run last. The end has the step of the
// last checkpoint, which is left out if it has the same adapter.
func adaptersOf(dir string) (folders []string, steps []int, err error) {
	end, err := run.TrainedHash(dir)
	if err != nil {
		return nil, nil, err
	}
	list, err := checkpoints.Steps(dir)
	if err != nil {
		return nil, nil, err
	}
	last := 0
	for _, step := range list {
		folder := checkpoints.Folder(dir, step)
		hash, err := run.TrainedHash(folder)
		if err != nil {
			return nil, nil, err
		}
		if last = step; hash != end {
			folders, steps = append(folders, folder), append(steps, step)
		}
	}
	return append(folders, dir), append(steps, last), nil
}

// newInspectedPairs lists pairs with their tokens, before they are measured.
func newInspectedPairs(m *model.Model, examples encode.Examples) []InspectedPair {
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

// tokenTexts returns what each token adds to the text, [tokens]. A control token adds its name; a token that only starts a
// multi-byte character adds nothing.
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
