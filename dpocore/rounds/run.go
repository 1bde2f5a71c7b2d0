package rounds

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/internal/wording"
)

// runner is a call of [Run].
type runner struct {
	first    *model.Model
	config   Config
	dir      string
	data     dataset.Data
	prompts  Prompts
	judge    judge.Judge
	listener Listener

	record Record
	spent  judge.Cost // by earlier processes

	model   *model.Model // from which the current round starts
	adapter string       // of that model; "" for none
}

// Run trains in rounds (iterative DPO, Xu et al. 2023, https://arxiv.org/abs/2312.16682). Round 1 trains on data, unless
// [Config.Own] is set, with which data.Train may be nil. Before
// each further round the latest model answers new prompts and a judge scores the answers; the round trains on the pairs
// made from them. [Config.Reference] says which model a round starts from and which is its reference. The held-out pairs
// of data are evaluated in every round.
//
// Each round is a run in dir/round-N. Its answers, scores and pairs are files in dir, written as they are made: the same
// call resumes stopped rounds and repeats nothing. If a person has to judge answers first, Run returns a *[Waiting].
func Run(ctx context.Context, m *model.Model, dir string, c Config, data dataset.Data, prompts Prompts, j judge.Judge, listener Listener) (Record, error) {
	r := &runner{first: m, config: c, dir: dir, data: data, prompts: prompts, judge: j, listener: listener, model: m, adapter: c.Train.InitAdapter}
	if err := r.validateAndRun(ctx); err != nil {
		return r.record, fmt.Errorf("train in rounds: %w", err)
	}
	return r.record, nil
}

func (r *runner) validateAndRun(ctx context.Context) error {
	if err := r.config.Validate(); err != nil {
		return err
	}
	if err := r.prompts.validate(r.config); err != nil {
		return err
	}
	if dir := r.config.Train.InitAdapter; dir != "" {
		if err := r.first.CheckAdapter(dir); err != nil {
			return err
		}
	}
	release, err := r.open()
	if err != nil {
		return err
	}
	defer release()
	defer r.closeModel()
	return r.run(ctx)
}

// open locks the folder for this process and reads the record of the rounds in it, if any.
func (r *runner) open() (release func(), err error) {
	weights, err := r.first.WeightsHash()
	if err != nil {
		return nil, err
	}
	if err := r.fixPrompts(); err != nil {
		return nil, err
	}
	r.record = Record{Config: r.config, Weights: weights, Judge: r.judge.Name(), Checks: hashPrompts(r.prompts.Check)}
	for round := r.config.firstOwn(); round <= r.config.Rounds; round++ {
		r.record.Prompts = append(r.record.Prompts, hashPrompts(r.prompts.of(round, r.config)))
	}
	if _, err := os.Stat(filepath.Join(r.dir, roundsFile)); err != nil {
		if entries, _ := os.ReadDir(r.dir); len(entries) > 0 && entries[0].Name() != run.LockFile {
			return nil, fmt.Errorf("%s is not empty (it has %s) and has no rounds; choose another folder", r.dir, entries[0].Name())
		}
	}
	if err := disk.MkdirAll(r.dir); err != nil {
		return nil, fmt.Errorf("make the folder of the rounds: %w", err)
	}
	if release, err = run.Lock(r.dir, r.listener.Note); err != nil {
		return nil, err
	}
	existing, exists, err := Read(r.dir)
	if err == nil && exists {
		if difference := r.record.differs(&existing); difference != "" {
			err = fmt.Errorf("%s has different rounds: %s; choose another folder", r.dir, difference)
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	r.record.Done, r.record.Checked, r.record.Cost, r.spent = existing.Done, existing.Checked, existing.Cost, existing.Cost
	return release, r.record.write(r.dir)
}

// fixPrompts gives all rounds the same prompts, and the judge too their date: that of the rounds in the folder already, or the present.
func (r *runner) fixPrompts() error {
	existing, _, err := Read(r.dir)
	if err != nil {
		return err
	}
	date := cmp.Or(r.config.Train.Date, existing.Config.Train.Date)
	r.config.Train.Date = date
	if err := r.first.SetPrompts(r.config.Train.Prompts()); err != nil {
		return err
	}
	r.config.Train.SetPrompts(r.first.Prompts)
	r.config.Train.Date = cmp.Or(r.first.Prompts.Date, date)
	if dated, ok := r.judge.(judge.Dated); ok {
		return dated.SetDate(r.config.Train.Date)
	}
	return nil
}

func (r *runner) run(ctx context.Context) error {
	if costly, ok := r.judge.(judge.Costly); ok && len(r.record.Done) < r.config.Rounds {
		r.listener.Note(fmt.Sprintf("All rounds together take at most %s of %s.", r.config.JudgeCost(r.prompts, costly), costly.Name()))
	}
	if note := r.prompts.trainedNote(r.config, r.data.Train); note != "" && len(r.record.Done) < r.config.Rounds {
		r.listener.Note(note)
	}
	if err := r.check(ctx, 0); err != nil {
		return err
	}
	for round := 1; round <= r.config.Rounds; round++ {
		if round > 1 {
			if err := r.advance(ctx, round); err != nil {
				return err
			}
		}
		if err := r.round(ctx, round); err != nil {
			return err
		}
		if err := r.check(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

// advance sets the model and adapter from which a round after the first starts.
func (r *runner) advance(ctx context.Context, round int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.config.Reference == ReferenceBase {
		r.adapter = r.runDir(round - 1)
		return nil
	}
	merged := r.mergedDir(round - 1)
	r.listener.Progress(fmt.Sprintf("merging round %d into the model", round-1), 0, 1)
	if _, err := export.Merge(ctx, r.model, r.runDir(round-1), merged, config.Float32); err != nil {
		return err
	}
	next, err := model.Open(merged)
	if err != nil {
		return err
	}
	if err := next.SetPrompts(r.config.Train.Prompts()); err != nil {
		return err
	}
	r.closeModel()
	r.model, r.adapter = next, ""
	r.record.Done[round-2].Merged = merged
	return r.record.write(r.dir)
}

// closeModel closes the current model, unless it is the caller's.
func (r *runner) closeModel() {
	if r.model != r.first {
		r.model.Close()
	}
}

// round trains a round, unless it is finished.
func (r *runner) round(ctx context.Context, round int) error {
	dir := r.runDir(round)
	if round <= len(r.record.Done) {
		return r.checkUnchanged(round, dir)
	}
	data, err := r.roundData(ctx, round)
	if err != nil {
		return err
	}
	config := r.config.Train
	if r.config.Reference == ReferenceBase && round > 1 {
		config.InitAdapter = r.adapter
	}
	listener := r.listener.Training(round, data.Lineage.Summary)
	if err := train.Run(ctx, train.Job{Model: r.model, Dir: dir, Config: config, Data: data, Listener: listener}); err != nil {
		return err
	}
	adapter, err := adapter.Hash(dir)
	if err != nil {
		return err
	}
	r.record.Done = append(r.record.Done, Done{Lineage: *data.Lineage, Run: dir, Adapter: adapter, Pairs: len(data.Train.Pairs)})
	return r.record.write(r.dir)
}

// checkUnchanged checks that the folder of a finished round still has the adapter that the round trained.
func (r *runner) checkUnchanged(round int, dir string) error {
	adapter, err := adapter.Hash(dir)
	if err != nil {
		return fmt.Errorf("resume after round %d: %w", round, err)
	}
	if adapter != r.record.Done[round-1].Adapter {
		return fmt.Errorf("resume after round %d: the adapter in %s has changed since the round; restore it, or choose another folder", round, dir)
	}
	return nil
}

func (r *runner) runDir(round int) string {
	return filepath.Join(r.dir, fmt.Sprintf("round-%d", round))
}

func (r *runner) mergedDir(round int) string {
	return filepath.Join(r.dir, fmt.Sprintf("merged-%d", round))
}

// roundData returns the pairs of a round, with their lineage.
func (r *runner) roundData(ctx context.Context, round int) (dataset.Data, error) {
	lineage := &dataset.Lineage{Round: round, Reference: r.config.Reference, Summary: r.summary(round, "")}
	if round < r.config.firstOwn() {
		data := r.data
		data.Lineage = lineage
		return data, nil
	}
	var err error
	if round > 1 {
		lineage.Previous = r.runDir(round - 1)
		if lineage.PreviousAdapter, err = adapter.Hash(lineage.Previous); err != nil {
			return dataset.Data{}, err
		}
	}
	lineage.Judge = r.judge.Name()
	lineage.Sampling = &dataset.Sampling{
		Answers: r.config.Answers, Temperature: r.config.Temperature, TopP: r.config.TopP, MaxTokens: r.config.MaxTokens, Seed: r.config.Train.Seed,
	}
	set, files, err := r.makePairs(ctx, round)
	if err != nil {
		return dataset.Data{}, err
	}
	if lineage.Files, err = dataset.HashFiles(files...); err != nil {
		return dataset.Data{}, err
	}
	whose := "its"
	if round == 1 {
		whose = "the first model's"
	}
	lineage.Summary = r.summary(round, fmt.Sprintf("%s of %s answers to new prompts, judged by %s", wording.Count(len(set.Pairs), "pair"), whose, lineage.Judge))
	return dataset.Data{Train: set, HeldOut: r.data.HeldOut, Origin: r.data.RoundOrigin(files[len(files)-1]), Lineage: lineage}, nil
}

// summary describes what a round trains on and against which reference; pairs describes those of a round after the first.
func (r *runner) summary(round int, pairs string) string {
	source := pairs
	if !r.config.Own {
		source = r.data.Train.Source
	}
	switch base := r.first.BaseName(); {
	case round == 1 && r.config.Train.InitAdapter != "":
		return fmt.Sprintf("Round 1 trains on %s. It continues with the adapter %s; its reference is the first model, %s.", source, r.config.Train.InitAdapter, base)
	case round == 1:
		return fmt.Sprintf("Round 1 trains on %s. It starts from the first model, %s, which is also its reference.", source, base)
	case r.config.Reference == ReferenceBase:
		return fmt.Sprintf("Round %d trains on data from round %d's model: %s. It continues with round %d's adapter; its reference is still the first model, %s, so rewards measure what all rounds together have changed.",
			round, round-1, pairs, round-1, base)
	default:
		return fmt.Sprintf("Round %d trains on data from round %d's model: %s. It trains a new adapter on that model, merged into %s, which is also its reference, so rewards measure what this round alone changes.",
			round, round-1, pairs, r.mergedDir(round-1))
	}
}
