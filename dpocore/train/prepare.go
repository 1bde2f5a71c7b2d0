package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/run"
)

// What a run looks at before its first step, at most, so that this comes within seconds whatever the number of pairs.
const (
	shownFaults  = 3     // of the linter's findings; dpo data lint shows all
	lintedAhead  = 50000 // pairs that the linter looks at
	MaxHeldOut  = 5000  // held-out pairs that are evaluated
	plannedSteps = 2000  // steps that rows are planned with,
	plannedPairs = 512   // and their pairs where each is tokenized for that
)

// prepare reads all that identifies the run; it touches neither the run folder nor the device.
func (t *trainer) prepare(ctx context.Context, data dataset.Data) error {
	t.listener.Phase("reading the pairs")
	if err := t.identify(data); err != nil {
		return err
	}
	held, err := t.hold(data.HeldOut)
	if err != nil {
		return err
	}
	t.order = newOrder(t.config, t.train.Len())
	if data.Mix != nil {
		if err := data.Mix.Validate(); err != nil {
			return err
		}
		if t.mixture, err = newMixture(t.config, data.Mix, t.train.Objectives()); err != nil {
			return err
		}
	}
	if err := t.plan(); err != nil {
		return err
	}
	linted := data.Train.Spread(lintedAhead)
	faults, err := lint.Check(ctx, linted, held, lint.DefaultOptions())
	if err != nil {
		return err
	}
	notes := slices.Concat(t.train.Notes(data.Train), t.heldNotes, lint.Worst(faults, shownFaults))
	if linted != data.Train {
		notes = append(notes, fmt.Sprintf("The linter has looked at %d of the %d pairs; dpo data lint looks at all.", lintedAhead, len(data.Train.Pairs)))
	}
	for _, note := range notes {
		t.listener.Note(note)
	}
	return nil
}

// identify makes the run's record, and the training pairs ready.
func (t *trainer) identify(data dataset.Data) (err error) {
	if t.train, err = encode.NewFeed(t.model.Encoder(t.config.MaxLength), data.Train, encode.TokenizedAhead); err != nil {
		return err
	}
	weights, err := t.model.WeightsHash()
	if err != nil {
		return err
	}
	t.record = run.Record{
		Config: t.config,
		Model:  run.ModelFacts{Path: t.model.Path, Hub: t.model.HubID, Weights: weights, Tokenizer: t.model.Tokenizer.Hash()},
		Train:  run.DataFacts{Source: data.Train.Source, Pairs: t.train.Len(), Tokens: t.train.Hash(t.model.Tokenizer.ChatTemplate())},
		Mix:    data.Mix, Data: data.Origin, Lineage: data.Lineage,
		Code: run.Version(),
	}
	if t.config.InitAdapter != "" {
		t.record.Model.Adapter, err = adapter.Hash(t.config.InitAdapter)
	}
	return err
}

// hold makes the held-out pairs ready, and returns those that are evaluated.
func (t *trainer) hold(set *preference.Set) (*preference.Set, error) {
	if set == nil || len(set.Pairs) == 0 {
		if t.config.EarlyStopping > 0 {
			return nil, errors.New("early stopping watches held-out pairs, and there are none; name a file of them or a share of the training pairs")
		}
		return nil, nil
	}
	some := set.Spread(MaxHeldOut)
	m := t.model.Encoder(t.config.MaxLength)
	var err error
	if t.held, err = m.Encode(some); err != nil {
		return nil, err
	}
	t.heldNotes = m.Notes(some)
	if some != set {
		t.heldNotes = append(t.heldNotes, fmt.Sprintf("%s: %d of the %d held-out pairs are evaluated, evenly apart; dpo eval measures all.", set.Source, MaxHeldOut, len(set.Pairs)))
	}
	t.record.HeldOut = &run.DataFacts{Source: set.Source, Pairs: len(t.held.List), Tokens: t.held.Hash()}
	return some, nil
}

// plan chooses the shapes of rows for the whole run, by all its steps or by some, evenly apart.
func (t *trainer) plan() error {
	most := plannedSteps
	if t.train.Large {
		most = max(1, plannedPairs/t.config.StepPairs())
	}
	most = min(most, t.config.MaxSteps)
	var steps [][]batch.Example
	for i := range most {
		_, pairs, err := t.train.At(t.stepPairs(i * t.config.MaxSteps / most))
		if err != nil {
			return err
		}
		steps = append(steps, pairs)
	}
	t.shapes = batch.Plan(steps)
	if len(t.held.List) == 0 {
		return nil
	}
	var err error
	t.heldRows, err = measure.Pack(t.held.List)
	return err
}

// pack lays a step's pairs into rows of the planned shapes. A pair that is longer than any that the plan was made with
// gets a row by itself, of the length that the longest pair of all could have.
func (t *trainer) pack(pairs []batch.Example) ([]*batch.Row, error) {
	var usual, long []int
	for i, pair := range pairs {
		if slices.ContainsFunc(t.shapes, func(s batch.Shape) bool { return pair.Tokens() <= s.Tokens && pair.Answers() <= s.Answers }) {
			usual = append(usual, i)
		} else {
			long = append(long, i)
		}
	}
	most := (2*t.config.MaxLength + rowStep - 1) / rowStep * rowStep
	var rows []*batch.Row
	for _, part := range []struct {
		pairs  []int
		shapes []batch.Shape
	}{{usual, t.shapes}, {long, []batch.Shape{{Tokens: most, Answers: most, Pairs: 1}}}} {
		list := make([]batch.Example, len(part.pairs))
		for i, pair := range part.pairs {
			list[i] = pairs[pair]
		}
		own, err := batch.Pack(list, part.shapes...)
		if err != nil {
			return nil, err
		}
		for _, row := range own {
			for i, example := range row.Examples {
				row.Examples[i] = part.pairs[example]
			}
		}
		rows = append(rows, own...)
	}
	return rows, nil
}

// rowStep is what lengths of rows are multiples of.
const rowStep = 64
