// Package frontier compares losses by what a judge's score costs in divergence from the reference, as figure 2 of the DPO paper does
// (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290). The judge's scores are computed from the text, so they are exact: what a
// method reaches is known, not estimated by another model.
//
// Start with [Run]; [Record] has what it measures.
package frontier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"example.com/gonb-dpo/dpocore/adapter"
	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/generate"
	"example.com/gonb-dpo/dpocore/judge"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/preference/pairfile"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/train/once"
	"example.com/gonb-dpo/internal/disk"
)

// Config is what [Run] compares, and how.
type Config struct {
	Methods []Method      `json:"methods"`
	Train   config.Config `json:"train"` // of all methods, but for loss and beta

	Prompts   int `json:"prompts"`    // held-out prompts to answer
	Samples   int `json:"samples"`    // answers per prompt, at temperature 1
	MaxTokens int `json:"max_tokens"` // per answer
}

// DefaultConfig is the default methods, four answers to each of 32 prompts.
func DefaultConfig() Config {
	return Config{Methods: Default(), Train: config.Default(), Prompts: 32, Samples: 4, MaxTokens: 64}
}

// Validate reports what is wrong with the settings.
func (c Config) Validate() error {
	switch {
	case c.Prompts < 2:
		return fmt.Errorf("the number of prompts is %d; it must be at least 2, for an interval", c.Prompts)
	case c.Samples < 2 || c.Samples%2 != 0:
		return fmt.Errorf("the number of answers per prompt is %d; it must be even, since they are measured in twos", c.Samples)
	case c.Train.Full:
		return errors.New("the methods train adapters of one model; leave out full")
	case c.Train.InitAdapter != "":
		return fmt.Errorf("the methods start from the model alone; merge %s into a model first", c.Train.InitAdapter)
	}
	return errors.Join(c.sampling().Validate(), validate(c.Methods, c.Train))
}

func (c Config) sampling() generate.Options {
	return generate.Options{MaxNewTokens: c.MaxTokens, Temperature: 1, TopP: 1, Samples: c.Samples, Seed: uint64(c.Train.Seed)}
}

// Listener receives the events of a frontier, in order and from one goroutine.
type Listener interface {
	Note(text string)
	Progress(what string, done, total int)
	Training(number int, summary string) train.Listener // a method starts to train
}

type runner struct {
	model    *model.Model
	dir      string
	config   Config
	data     dataset.Data
	judge    judge.Judge
	prompts  [][]preference.Turn
	base     [][]answer // of the model alone, [prompts][samples]
	listener Listener
	record   Record

	answering time.Duration // for a prompt, by the model alone; 0 if its answers were there
	notes     *once.Notes
}

// Run trains each method on pairs in the judge's order, has each answer held-out prompts and scores the answers. Each method is a run
// in a folder below dir, and the results are frontier.json there. The same call resumes; what is finished is reused.
func Run(ctx context.Context, m *model.Model, dir string, c Config, data dataset.Data, j judge.Judge, listener Listener) (Record, error) {
	r := &runner{model: m, dir: dir, config: c, judge: j, listener: listener}
	r.notes = once.New(r.costNote)
	if err := r.run(ctx, data); err != nil {
		return r.record, fmt.Errorf("frontier: %w", err)
	}
	return r.record, nil
}

func (r *runner) run(ctx context.Context, data dataset.Data) error {
	if err := r.config.Validate(); err != nil {
		return err
	}
	if err := r.judgePairs(ctx, data); err != nil {
		return err
	}
	if err := disk.MkdirAll(r.dir); err != nil {
		return err
	}
	release, err := run.Lock(r.dir, r.listener.Note)
	if err != nil {
		return err
	}
	defer release()
	existing, exists, err := Read(r.dir)
	if err != nil {
		return err
	}
	if err := r.fixPrompts(existing); err != nil {
		return err
	}
	if err := r.openRecord(existing, exists); err != nil {
		return err
	}
	if err := r.writePairs(); err != nil {
		return err
	}
	if r.base, err = r.answers(ctx, "", "the model"); err != nil {
		return err
	}
	if r.record.Base, err = r.point(Method{}, r.base); err != nil {
		return err
	}
	r.record.Points = nil
	for i, method := range r.config.Methods {
		point, err := r.method(ctx, i, method)
		if err != nil {
			return err
		}
		r.record.Points = append(r.record.Points, point)
		if err := r.record.write(r.dir); err != nil {
			return err
		}
	}
	return nil
}

// fixPrompts gives all methods the same prompts, with the date of an earlier call.
func (r *runner) fixPrompts(existing Record) error {
	c := &r.config.Train
	c.Date = cmp.Or(c.Date, existing.Identity.Config.Train.Date)
	date := c.Date
	if err := r.model.SetPrompts(c.Prompts()); err != nil {
		return err
	}
	c.SetPrompts(r.model.Prompts)
	c.Date = cmp.Or(r.model.Prompts.Date, date)
	return nil
}

// judgePairs puts the pairs in the judge's order.
func (r *runner) judgePairs(ctx context.Context, data dataset.Data) (err error) {
	if data.HeldOut == nil || len(data.HeldOut.Pairs) == 0 {
		return errors.New("there are no held-out pairs, whose prompts are answered; name a file of them, or hold out a share of the training pairs")
	}
	if err := cmp.Or(data.Train.CheckPairs("a frontier"), data.HeldOut.CheckPairs("a frontier")); err != nil {
		return err
	}
	r.prompts = generate.Prompts(data.HeldOut, r.config.Prompts)
	switch {
	case len(r.prompts) < 2:
		return fmt.Errorf("%s has one prompt, and intervals need at least 2; hold out more pairs", data.HeldOut.Source)
	case len(r.prompts) < r.config.Prompts:
		r.listener.Note(fmt.Sprintf("%s has only %d prompts to answer, fewer than %d.", data.HeldOut.Source, len(r.prompts), r.config.Prompts))
	}
	if r.data.Train, err = r.relabel(ctx, data.Train, "training pairs"); err != nil {
		return err
	}
	r.data.HeldOut, err = r.relabel(ctx, data.HeldOut, "held-out pairs")
	return err
}

// relabel puts the pairs of a set in the judge's order, and says how many it leaves out.
func (r *runner) relabel(ctx context.Context, set *preference.Set, which string) (*preference.Set, error) {
	judged, err := judge.Relabel(ctx, r.judge, set)
	if err == nil && len(judged.Pairs) < len(set.Pairs) {
		r.listener.Note(fmt.Sprintf("%s prefers neither answer in %d of the %d %s; such pairs are left out.", r.judge.Name(), len(set.Pairs)-len(judged.Pairs), len(set.Pairs), which))
	}
	return judged, err
}

// writePairs writes the pairs to files and reads those, so that each run can be repeated.
func (r *runner) writePairs() (err error) {
	train, heldOut := filepath.Join(r.dir, "pairs.jsonl"), filepath.Join(r.dir, "held_out.jsonl")
	if err := cmp.Or(pairfile.WriteFile(train, r.data.Train.Pairs), pairfile.WriteFile(heldOut, r.data.HeldOut.Pairs)); err != nil {
		return err
	}
	if r.data, err = dataset.Load(train, heldOut, 0, 0); err != nil {
		return err
	}
	r.data.Train.Columns, r.data.HeldOut.Columns = preference.Columns{}, preference.Columns{} // which need no note
	return nil
}

// method trains a method, unless its run is finished, and measures it, unless that is done.
func (r *runner) method(ctx context.Context, i int, m Method) (p Point, err error) {
	dir, c, data := filepath.Join(r.dir, m.folder()), m.config(r.config.Train), r.data
	if c.FineTuning() {
		data = data.ChosenOnly()
	}
	summary := fmt.Sprintf("Method %d of %d: %s.", i+1, len(r.config.Methods), m)
	if err := train.Run(ctx, train.Job{Model: r.model, Dir: dir, Config: c, Data: data, Listener: r.notes.Listener(r.listener.Training(i+1, summary))}); err != nil {
		return p, err
	}
	hash, err := adapter.Hash(dir)
	if err != nil {
		return p, err
	}
	if known := slices.IndexFunc(r.record.known, func(k Point) bool { return k.Method == m && k.Adapter == hash }); known >= 0 {
		return r.record.known[known], nil
	}
	answers, err := r.answers(ctx, dir, m.String())
	if err != nil {
		return p, err
	}
	if p, err = r.point(m, answers); err != nil {
		return p, err
	}
	p.Adapter = hash
	if err := r.measureDivergence(ctx, dir, answers, &p); err != nil {
		return p, err
	}
	return p, r.measureAccuracy(ctx, dir, &p)
}
