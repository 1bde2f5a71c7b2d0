// Package replay trains a finished run again, from its record, and compares the results. See [Run].
package replay

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/hub"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
	"example.com/gonb-dpo/dpocore/whole"
)

// Result is the comparison of a run with its replay.
type Result struct {
	Run, Replay    string   // folders
	Changed        []string // inputs that have changed since the run; if any, nothing was trained
	Environment    []string // differences of the program and the backend
	DifferingFiles []string // files that differ in more than their times
}

// Agrees reports whether the replay equals the run byte for byte, except for times.
func (r Result) Agrees() bool { return len(r.Changed) == 0 && len(r.DifferingFiles) == 0 }

// String describes the result in a sentence.
func (r Result) String() string {
	environment, files := strings.Join(r.Environment, ", and "), strings.Join(r.DifferingFiles, ", ")
	switch {
	case len(r.Changed) > 0:
		return fmt.Sprintf("nothing was trained, because the inputs of %s have changed: %s", r.Run, strings.Join(r.Changed, ", and "))
	case r.Agrees() && environment != "":
		return fmt.Sprintf("%s agrees with %s byte for byte in its weights and all metrics except times, although %s", r.Replay, r.Run, environment)
	case r.Agrees():
		return fmt.Sprintf("%s agrees with %s byte for byte in its weights and all metrics except times", r.Replay, r.Run)
	case environment != "":
		return fmt.Sprintf("%s differs from %s in %s; %s", r.Replay, r.Run, files, environment)
	default:
		return fmt.Sprintf("%s differs from %s in %s, with the same inputs, program and backend: one of the two was changed later, or computation on this machine is not deterministic",
			r.Replay, r.Run, files)
	}
}

// files are the files of a run that are compared.
var files = []string{"adapter_model.safetensors", whole.WeightsFile, metrics.StepsFile, metrics.EvaluationsFile}

// Run trains the run in dir again, into the folder replay, and compares the two. The settings come from the run's record,
// as do the names of the model m and of data ([FetchData]). If their content has changed, nothing is trained. A stopped
// replay resumes; a finished one is only compared.
func Run(ctx context.Context, m *model.Model, dir, replay string, data dataset.Data, listener train.Listener) (r Result, err error) {
	m.AnyBase = true // the record decides which model and adapter belong together
	r = Result{Run: dir, Replay: replay}
	record, err := readFinished(dir, replay)
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	record.Config.InitAdapter = record.Find(record.Config.InitAdapter)
	if other := record.Config.ReferenceModel(); other != "" {
		record.Config.Reference = record.Find(other)
	}
	job := train.Job{Model: m, Dir: replay, Config: record.Config, Data: data, Listener: listener}
	now, err := train.Identify(job)
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	if r.Changed = changed(record, now); len(r.Changed) > 0 {
		return r, nil
	}
	if record.Fork != nil {
		if err := record.RepeatFork(dir, replay); err != nil {
			return r, fmt.Errorf("replay: %w", err)
		}
	}
	if err := train.Run(ctx, job); err != nil {
		return r, err
	}
	replayed, _, err := run.ReadRecord(replay)
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	r.Environment = environment(record, replayed)
	for _, name := range files {
		same, err := sameFile(filepath.Join(dir, name), filepath.Join(replay, name))
		if err != nil {
			return r, fmt.Errorf("replay: %w", err)
		}
		if !same {
			r.DifferingFiles = append(r.DifferingFiles, name)
		}
	}
	return r, nil
}

// readFinished reads the record of a finished run, and checks that the replay goes to another folder.
func readFinished(dir, replay string) (run.Record, error) {
	record, ok, err := run.ReadRecord(dir)
	switch {
	case err != nil:
		return record, err
	case !ok:
		return record, fmt.Errorf("there is no run in %s; give the folder of a finished run", dir)
	case !record.Finished:
		return record, cmp.Or(run.NotCheckpoint(dir), fmt.Errorf("the run in %s is not finished, so there is nothing to compare with; resume it first (dpo train --resume)", dir))
	}
	info, err := os.Stat(dir)
	if err != nil {
		return record, err
	}
	if other, err := os.Stat(replay); err == nil && os.SameFile(info, other) {
		return record, fmt.Errorf("%s is the run itself; choose another folder for the replay", replay)
	}
	return record, nil
}

// changed names the inputs that differ between a run then and now.
func changed(then, now run.Record) (list []string) {
	orNone := func(f *run.DataFacts) run.DataFacts {
		if f == nil {
			return run.DataFacts{}
		}
		return *f
	}
	comparePairs := func(name string, then, now run.DataFacts) {
		if then.Tokens != now.Tokens {
			list = append(list, fmt.Sprintf("the %s have changed (%d pairs of %s then, %d of %s now)", name, then.Pairs, then.Source, now.Pairs, now.Source))
		}
	}
	if then.Model.Weights != now.Model.Weights {
		list = append(list, fmt.Sprintf("the model's weights have changed (%s; the run was trained on %s)", now.Model.Path, then.Model.Path))
	}
	if then.Model.Tokenizer != now.Model.Tokenizer {
		list = append(list, fmt.Sprintf("the tokenizer has changed (%s)", now.Model.Path))
	}
	if then.Model.Adapter != now.Model.Adapter {
		list = append(list, fmt.Sprintf("the initial adapter has changed (%s)", then.Config.InitAdapter))
	}
	if then.Model.ReferenceModel != now.Model.ReferenceModel {
		list = append(list, fmt.Sprintf("the reference has changed (%s)", then.Config.Reference))
	}
	if then.Model.Adapter == now.Model.Adapter && then.Model.Reference != now.Model.Reference {
		list = append(list, fmt.Sprintf("the reference was the model without the initial adapter (%s), which an earlier version used", then.Config.InitAdapter))
	}
	comparePairs("training pairs", then.Train, now.Train)
	comparePairs("held-out pairs", orNone(then.HeldOut), orNone(now.HeldOut))
	return list
}

// environment names the differences that may change the results although the inputs are the same.
func environment(then, now run.Record) (list []string) {
	if then.Code != now.Code {
		list = append(list, fmt.Sprintf("the program differs (%s then, %s now)", then.Code, now.Code))
	}
	if then.Backend != now.Backend {
		list = append(list, fmt.Sprintf("the backend differs (%s then, %s now)", then.Backend, now.Backend))
	}
	return list
}

// times are the fields of metrics that differ in every run.
var times = regexp.MustCompile(`"(seconds|eval_runtime)": ?[0-9.eE+-]+`)

// sameFile reports whether two files are equal except for times, or both missing.
func sameFile(a, b string) (bool, error) {
	first, errA := os.ReadFile(a)
	second, errB := os.ReadFile(b)
	if missingA, missingB := errors.Is(errA, os.ErrNotExist), errors.Is(errB, os.ErrNotExist); missingA || missingB {
		return missingA && missingB, nil
	}
	if err := errors.Join(errA, errB); err != nil {
		return false, err
	}
	if filepath.Ext(a) == ".safetensors" {
		return bytes.Equal(first, second), nil
	}
	return bytes.Equal(times.ReplaceAll(first, nil), times.ReplaceAll(second, nil)), nil
}

func fetch(ctx context.Context, o dataset.Origin, progress hub.Progress) (dataset.Data, error) {
	if o.Answers != "" {
		return dataset.FetchAnswers(ctx, o.Answers, o.Train, o.HeldOut, o.Fraction, o.Seed, progress)
	}
	return dataset.Fetch(ctx, o.Train, o.HeldOut, o.Fraction, o.Seed, progress)
}

// FetchData reads the pairs of a run again, by the names in its record. train and heldOut, unless empty, replace the names
// of the training and the held-out pairs. progress, which may be nil, receives the progress of downloads.
func FetchData(ctx context.Context, r run.Record, train, heldOut string, progress hub.Progress) (dataset.Data, error) {
	if r.Data == nil {
		return dataset.Data{}, errors.New("the record of the run does not name its pairs: they were made by a program, or the run is from an earlier version; they can't be read again")
	}
	o := *r.Data
	o.Train, o.HeldOut = r.Find(o.Train), r.Find(o.HeldOut)
	if train != "" {
		o.Train = train
	}
	switch {
	case heldOut != "" && o.HeldOut == "":
		return dataset.Data{}, errors.New("the run has no separate held-out pairs, only a share of the training pairs or none; don't name any")
	case heldOut != "":
		o.HeldOut = heldOut
	}
	data, err := fetch(ctx, o, progress)
	if err != nil {
		return dataset.Data{}, err
	}
	if o.Flipped {
		data.Train = dataset.Flipped(data.Train)
		data.Origin.Flipped = true
	}
	if (data.Mix == nil) != (r.Mix == nil) {
		return dataset.Data{}, fmt.Errorf("the run was trained on the mix %s, but the mix of %s is %s; name the same data", r.Mix, o.Train, data.Mix)
	}
	if r.Mix != nil {
		data.Mix.By = r.Mix.By
	}
	data.Lineage = r.Lineage
	return data, nil
}
