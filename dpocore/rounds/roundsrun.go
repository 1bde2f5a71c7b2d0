package rounds

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/internal/disk"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/export"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
)

// rounds is one process's part of them.
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

	model   *model.Model // that the round under way starts from
	adapter string // on it, "" for none
}

// TrainRounds trains in rounds (iterative DPO, Xu et al. 2023, https://arxiv.org/abs/2312.16682): round 1 on data; before
// each further one the model that the round before made answers new prompts, a judge scores the answers, and the round
// trains on the pairs that follow. What it trains from and against which reference, RoundsConfig.Reference says; the
// pairs that data holds out are measured in every round.
//
// Each round is a run in dir/round-N. Answers, scores and pairs stand beside it, each kept as soon as it is there: the
// same call goes on where it was stopped, and repeats nothing. Where a person has yet to judge, it returns a *Waiting.
func Run(ctx context.Context, m *model.Model, dir string, c Config, data dataset.Data, prompts Prompts, j judge.Judge, listener Listener) (Record, error) {
	r := &runner{first: m, config: c, dir: dir, data: data, prompts: prompts, judge: j, listener: listener, model: m, adapter: c.Train.InitAdapter}
	if err := c.Validate(); err != nil {
		return r.record, fmt.Errorf("train in rounds: %w", err)
	}
	if err := prompts.validate(c); err != nil {
		return r.record, fmt.Errorf("train in rounds: %w", err)
	}
	release, err := r.open()
	if err != nil {
		return r.record, fmt.Errorf("train in rounds: %w", err)
	}
	defer release()
	defer r.leaveModel()
	if err := r.run(ctx); err != nil {
		return r.record, fmt.Errorf("train in rounds: %w", err)
	}
	return r.record, nil
}

// open takes the folder for this process, and goes on with the rounds that it holds.
func (r *runner) open() (release func(), err error) {
	weights, err := r.first.WeightsHash()
	if err != nil {
		return nil, err
	}
	r.record = Record{Config: r.config, Weights: weights, Judge: r.judge.Name(), Checks: hashPrompts(r.prompts.Check)}
	for round := 2; round <= r.config.Rounds; round++ {
		r.record.Prompts = append(r.record.Prompts, hashPrompts(r.prompts.of(round, r.config.Prompts)))
	}
	if _, err := os.Stat(filepath.Join(r.dir, roundsFile)); err != nil {
		if entries, _ := os.ReadDir(r.dir); len(entries) > 0 && entries[0].Name() != run.LockFile {
			return nil, fmt.Errorf("%s is not empty (it holds %s) and holds no rounds; choose another folder", r.dir, entries[0].Name())
		}
	}
	if err := disk.MkdirAll(r.dir); err != nil {
		return nil, fmt.Errorf("make the folder of the rounds: %w", err)
	}
	if release, err = run.Lock(r.dir); err != nil {
		return nil, err
	}
	before, there, err := Read(r.dir)
	if err == nil && there {
		if difference := r.record.differs(&before); difference != "" {
			err = fmt.Errorf("%s holds other rounds: %s; choose another folder", r.dir, difference)
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	r.record.Done, r.record.Checked, r.record.Cost, r.spent = before.Done, before.Checked, before.Cost, before.Cost
	return release, r.record.write(r.dir)
}

func (r *runner) run(ctx context.Context) error {
	if costly, ok := r.judge.(judge.Costly); ok && len(r.record.Done) < r.config.Rounds {
		r.listener.Note(fmt.Sprintf("All rounds together take %s of %s at most.", r.config.JudgeCost(r.prompts, costly), costly.Name()))
	}
	if err := r.check(ctx, 0); err != nil {
		return err
	}
	for round := 1; round <= r.config.Rounds; round++ {
		if round > 1 {
			if err := r.enter(ctx, round); err != nil {
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

// enter goes on to the model that a round after the first starts from.
func (r *runner) enter(ctx context.Context, round int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.config.Reference == ReferenceBase {
		r.adapter = r.runDir(round - 1)
		return nil
	}
	merged := r.mergedDir(round - 1)
	r.listener.Doing(fmt.Sprintf("merging round %d into the model", round-1), 0, 1)
	if _, err := export.Merge(ctx, r.model, r.runDir(round-1), merged, config.Float32); err != nil {
		return err
	}
	next, err := model.Open(merged)
	if err != nil {
		return err
	}
	r.leaveModel()
	r.model, r.adapter = next, ""
	r.record.Done[round-2].Merged = merged
	return r.record.write(r.dir)
}

// leaveModel closes a model that this process has made.
func (r *runner) leaveModel() {
	if r.model != r.first {
		r.model.Close()
	}
}

// round trains one round, unless that is done.
func (r *runner) round(ctx context.Context, round int) error {
	dir := r.runDir(round)
	if round <= len(r.record.Done) {
		return r.same(round, dir)
	}
	data, err := r.roundData(ctx, round)
	if err != nil {
		return err
	}
	config := r.config.Train
	if r.config.Reference == ReferenceBase && round > 1 {
		config.InitAdapter = r.adapter
	}
	if err := train.Run(ctx, train.Job{Model: r.model, Dir: dir, Config: config, Data: data, Listener: r.listener.Training(round, data.Lineage.Says)}); err != nil {
		return err
	}
	hash, err := adapter.Hash(dir)
	if err != nil {
		return err
	}
	r.record.Done = append(r.record.Done, Done{Lineage: *data.Lineage, Run: dir, Adapter: hash, Pairs: len(data.Train.Pairs)})
	return r.record.write(r.dir)
}

// same says whether a finished round's folder still holds what it did.
func (r *runner) same(round int, dir string) error {
	hash, err := adapter.Hash(dir)
	if err != nil {
		return fmt.Errorf("go on after round %d: %w", round, err)
	}
	if hash != r.record.Done[round-1].Adapter {
		return fmt.Errorf("go on after round %d: the adapter in %s is not the one that the round left; choose another folder, or put it back", round, dir)
	}
	return nil
}

func (r *runner) runDir(round int) string {
	return filepath.Join(r.dir, fmt.Sprintf("round-%d", round))
}
func (r *runner) mergedDir(round int) string {
	return filepath.Join(r.dir, fmt.Sprintf("merged-%d", round))
}

// roundData are the pairs of a round, with what they were made of.
func (r *runner) roundData(ctx context.Context, round int) (dataset.Data, error) {
	lineage := &dataset.Lineage{Round: round, Reference: r.config.Reference, Says: r.says(round, "")}
	if round == 1 {
		data := r.data
		data.Lineage = lineage
		return data, nil
	}
	var err error
	lineage.Previous = r.runDir(round - 1)
	if lineage.PreviousAdapter, err = adapter.Hash(lineage.Previous); err != nil {
		return dataset.Data{}, err
	}
	lineage.Judge = r.judge.Name()
	lineage.Sampling = &dataset.Sampling{r.config.Answers, r.config.Temperature, r.config.TopP, r.config.MaxTokens, r.config.Train.Seed}
	set, files, err := r.ownPairs(ctx, round)
	if err != nil {
		return dataset.Data{}, err
	}
	if lineage.Made, err = dataset.MadeOfFiles(files...); err != nil {
		return dataset.Data{}, err
	}
	lineage.Says = r.says(round, fmt.Sprintf("%d pairs of its answers to new prompts, judged by %s", len(set.Pairs), lineage.Judge))
	return dataset.Data{Train: set, HeldOut: r.data.HeldOut, Origin: r.data.OfRound(files[len(files)-1]), Lineage: lineage}, nil
}

// says is from what a round trains and against which reference, in words.
func (r *runner) says(round int, from string) string {
	switch {
	case round == 1 && r.config.Train.InitAdapter != "":
		return fmt.Sprintf("Round 1 learns from %s. It goes on with the adapter %s; its reference is the first model, %s.", r.data.Train.Source, r.config.Train.InitAdapter, r.first.BaseName())
	case round == 1:
		return fmt.Sprintf("Round 1 learns from %s. It starts from the first model, %s, which is its reference.", r.data.Train.Source, r.first.BaseName())
	case r.config.Reference == ReferenceBase:
		return fmt.Sprintf("Round %d learns from round %d's model: %s. It goes on with round %d's adapter; its reference stays the first model, %s, so that rewards say what all rounds together have changed.",
			round, round-1, from, round-1, r.first.BaseName())
	default:
		return fmt.Sprintf("Round %d learns from round %d's model: %s. It trains a new adapter on that model, merged into %s, which is its reference too: rewards say what this round alone changes.",
			round, round-1, from, r.mergedDir(round-1))
	}
}
