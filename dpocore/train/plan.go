package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/batch"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/lint"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/measure"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/reference/othermodel"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train/schedule"
	"example.com/gonb-dpo/dpocore/train/trained"
)

// Limits on the work before the first step, so that it starts within seconds for any number of pairs.
const (
	maxFaultsShown = 3     // findings of the linter; dpo data lint shows all
	maxLinted      = 50000 // pairs that the linter checks

	// MaxHeldOut is the maximum number of held-out pairs that a run evaluates.
	MaxHeldOut = 5000
)

// plan is what a run knows before its first step. It never changes.
type plan struct {
	model  *model.Model
	other  *othermodel.Model // the reference, if it is another model
	config config.Config
	reward loss.Reward // what the figures call rewards
	dir    string

	pairs    *encode.Feed         // to train on
	trained  preference.PromptSet // of these pairs, and those of the runs that this one continues
	mixed    bool                 // several objectives
	schedule *schedule.Schedule
	shapes   []batch.Shape

	heldOut     encode.Examples
	heldOutRows []*batch.Row
}

// newPlan reads and tokenizes the pairs and decides everything that does not need the weights. It uses neither the run
// folder nor the device. The record identifies the run.
func newPlan(ctx context.Context, job Job) (*plan, run.Record, error) {
	p := &plan{model: job.Model, config: job.Config, reward: job.Config.Reward(), dir: job.Dir, mixed: job.Data.Mix != nil}
	for _, set := range []*preference.Set{job.Data.Train, job.Data.HeldOut} {
		if err := set.CheckFor(job.Config.LossType, job.Config.FineTuning(), job.Config.KTO()); err != nil {
			return p, run.Record{}, err
		}
	}
	job.Listener.Phase("reading the pairs")
	record, err := p.identify(job)
	if err != nil {
		return p, record, err
	}
	if dir := p.config.InitAdapter; dir != "" {
		if err := p.model.CheckAdapter(dir); err != nil {
			return p, record, err
		}
		if err := trained.Adopt(&p.config, p.model, job.Listener.Note); err != nil {
			return p, record, err
		}
		record.Config = p.config
	}
	evaluated, heldOutNotes, err := p.readHeldOut(job, &record)
	if err != nil {
		return p, record, err
	}
	pairs := schedule.Pairs{Count: p.pairs.Len(), Weights: p.pairs.Weights()}
	if p.mixed {
		pairs.Objectives = p.pairs.Objectives()
	}
	if p.schedule, err = schedule.New(p.config, pairs, job.Data.Mix); err != nil {
		return p, record, err
	}
	if err := p.chooseShapes(); err != nil {
		return p, record, err
	}
	if err := p.collectPrompts(job); err != nil {
		return p, record, err
	}
	faults, err := p.lint(ctx, job, evaluated)
	if err != nil {
		return p, record, err
	}
	for _, note := range slices.Concat(trained.PromptNote(job.Config, p.config), config.DateNotes(job.Config.Date, p.config.Date), job.Data.Train.SystemNote(p.config.System), p.config.Notes(p.pairs.Len()), p.samePromptNotes(), p.pairs.Notes(job.Data.Train.PartOf(evaluated, "training pairs")), heldOutNotes, faults) {
		job.Listener.Note(note)
	}
	return p, record, nil
}

// Identify returns the record of the run that a job would train.
func Identify(job Job) (run.Record, error) {
	p := &plan{model: job.Model, config: job.Config, dir: job.Dir}
	record, err := p.identify(job)
	if p.other != nil {
		defer p.other.Close()
	}
	if err != nil {
		return record, err
	}
	_, _, err = p.readHeldOut(job, &record)
	return record, err
}

// identify opens the training pairs and makes the run's record.
func (p *plan) identify(job Job) (record run.Record, err error) {
	prompts, err := trained.Prompts(p.config)
	if err != nil {
		return record, err
	}
	if err := p.model.SetPrompts(prompts); err != nil {
		return record, err
	}
	p.config.SetPrompts(p.model.Prompts)
	if p.pairs, err = encode.NewFeed(p.model.Encoder(p.config.MaxLength), job.Data.Train, encode.MaxPretokenized); err != nil {
		return record, err
	}
	if p.config = p.config.Resolve(p.pairs.Len()); p.config.Full {
		p.config.Precision, p.config.BaseWeights = config.Float32, config.Float
	}
	weights, err := p.model.WeightsHash()
	if err != nil {
		return record, err
	}
	tokenizer := p.model.Tokenizer
	record = run.Record{
		Config: p.config,
		Model:  run.ModelFacts{Path: p.model.Path, Hub: p.model.HubID, Weights: weights, Tokenizer: tokenizer.Hash()},
		Train:  run.DataFacts{Source: job.Data.Train.Source, Pairs: p.pairs.Len(), Tokens: p.pairs.Hash(tokenizer.ChatTemplate())},
		Mix:    job.Data.Mix, Data: job.Data.Origin, Lineage: job.Data.Lineage,
		Rewards: p.config.Reward(), Code: run.Version(),
	}
	record.Folder, _ = os.Getwd() // unknown if it has been deleted
	if p.config.InitAdapter != "" {
		if record.Model.Adapter, err = adapter.Hash(p.config.InitAdapter); err != nil {
			return record, err
		}
	}
	return record, p.identifyReference(job.Data.Lineage, &record.Model)
}

// readHeldOut tokenizes the held-out pairs and returns those that are evaluated, which may be none, with notes on them.
func (p *plan) readHeldOut(job Job, record *run.Record) (evaluated *preference.Set, notes []string, err error) {
	set := job.Data.HeldOut
	if set == nil || len(set.Pairs) == 0 {
		if p.config.EarlyStopping > 0 || p.config.Guarded() {
			return nil, nil, errors.New("early stopping and guards need held-out pairs, and there are none; name a file of held-out pairs, or hold out a share of the training pairs")
		}
		if steps := p.config.EvalSteps; steps > 0 && steps != config.Default().EvalSteps || p.config.EvalOnStart {
			notes = append(notes, "There are no held-out pairs, so nothing is evaluated; the steps between evaluations have no effect.")
		}
		return nil, notes, nil
	}
	evaluated = set.Spread(MaxHeldOut)
	encoder := p.model.Encoder(p.config.MaxLength)
	if p.heldOut, err = encoder.EncodeSet(evaluated); err != nil {
		return nil, nil, err
	}
	part := evaluated.PartOf(job.Data.Train, "held-out pairs")
	if part.Source != evaluated.Source {
		part.Columns = preference.Columns{} // those of the training pairs
	}
	notes = encoder.Notes(part)
	if evaluated != set {
		notes = append(notes, fmt.Sprintf("%s: %d of the %d held-out pairs are evaluated, spread evenly; dpo eval measures all of them.", set.Source, MaxHeldOut, len(set.Pairs)))
	}
	record.HeldOut = &run.DataFacts{Source: set.Source, Pairs: len(p.heldOut.List), Tokens: p.heldOut.Hash()}
	p.heldOutRows, err = measure.Pack(p.heldOut.List)
	return evaluated, notes, err
}

// collectPrompts lists the prompts that the adapter will have been trained on.
func (p *plan) collectPrompts(job Job) (err error) {
	before := job.Config.InitAdapter
	if l := job.Data.Lineage; l != nil && l.Previous != "" {
		before = l.Previous
	}
	if p.trained, err = run.TrainedPrompts(before); err != nil {
		return err
	}
	p.trained.Add(job.Data.Train)
	return nil
}

// lint returns sentences on the worst faults of the pairs.
func (p *plan) lint(ctx context.Context, job Job, heldOut *preference.Set) ([]string, error) {
	train := job.Data.Train
	if job.Config.FineTuning() {
		return nil, nil // the linter compares answers
	}
	linted := train.Spread(maxLinted)
	faults, err := lint.Check(ctx, linted, heldOut, lint.DefaultOptions())
	if err != nil {
		return nil, err
	}
	notes := lint.Worst(faults, maxFaultsShown)
	if linted != train {
		notes = append(notes, fmt.Sprintf("The linter checked %d of the %d pairs; dpo data lint checks all of them.", maxLinted, len(train.Pairs)))
	}
	return notes, nil
}

// objective is the objective that a pair's figures count towards: "" unless the run mixes objectives.
func (p *plan) objective(pair *preference.Pair) string {
	if !p.mixed {
		return ""
	}
	return pair.Objective
}
