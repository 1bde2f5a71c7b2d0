package replay

import (
	"bytes"
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
)

// Replayed is what came of making a run again.
type Result struct {
	Run, Again string
	Changed    []string // inputs that are not those of the run; where there are any, nothing was trained
	Elsewhere  []string // in what the two were made differently: the program, the backend
	Differ     []string // files that are not the same, the times in them left out
}

// Agrees says whether the run came out the same, byte for byte.
func (r Result) Agrees() bool { return len(r.Changed) == 0 && len(r.Differ) == 0 }

// String says it in a sentence.
func (r Result) String() string {
	elsewhere := strings.Join(r.Elsewhere, ", and ")
	switch {
	case len(r.Changed) > 0:
		return fmt.Sprintf("nothing was trained, for this would be another run than %s: %s", r.Run, strings.Join(r.Changed, ", and "))
	case r.Agrees() && elsewhere != "":
		return fmt.Sprintf("%s agrees with %s byte for byte, in its adapter and in all figures but the times, though %s", r.Again, r.Run, elsewhere)
	case r.Agrees():
		return fmt.Sprintf("%s agrees with %s byte for byte, in its adapter and in all figures but the times", r.Again, r.Run)
	case elsewhere != "":
		return fmt.Sprintf("%s differs from %s in %s; %s", r.Again, r.Run, strings.Join(r.Differ, ", "), elsewhere)
	default:
		return fmt.Sprintf("%s differs from %s in %s, with the same inputs, program and backend: one of the two was changed later, or this machine does not compute the same twice",
			r.Again, r.Run, strings.Join(r.Differ, ", "))
	}
}

// Replay trains the run in dir again, into the folder again, from the run's record alone, and compares what came out. m
// and data are what the record names ([Record.FetchAgain]); where they are not what they were, nothing is trained. A
// replay that was stopped goes on, and a finished one is only compared.
func Run(ctx context.Context, m *model.Model, dir, again string, data dataset.Data, listener train.Listener) (r Result, err error) {
	r = Result{Run: dir, Again: again}
	record, err := replayable(dir, again)
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	now, err := train.Identify(train.Job{Model: m, Dir: again, Config: record.Config, Data: data, Listener: listener})
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	if r.Changed = changed(record, now); len(r.Changed) > 0 {
		return r, nil
	}
	if err := train.Run(ctx, train.Job{Model: m, Dir: again, Config: record.Config, Data: data, Listener: listener}); err != nil {
		return r, err
	}
	made, _, err := run.ReadRecord(again)
	if err != nil {
		return r, fmt.Errorf("replay: %w", err)
	}
	r.Elsewhere = elsewhere(record, made)
	for _, name := range []string{"adapter_model.safetensors", metrics.StepsFile, metrics.EvaluationsFile} {
		same, err := sameFile(filepath.Join(dir, name), filepath.Join(again, name))
		if err != nil {
			return r, fmt.Errorf("replay: %w", err)
		}
		if !same {
			r.Differ = append(r.Differ, name)
		}
	}
	return r, nil
}

// replayable is the record of a run that can be made again in another folder.
func replayable(dir, again string) (run.Record, error) {
	record, ok, err := run.ReadRecord(dir)
	switch {
	case err != nil:
		return record, err
	case !ok:
		return record, fmt.Errorf("there is no run in %s; name the folder that training made", dir)
	case !record.Finished:
		return record, fmt.Errorf("the run in %s is not finished, so there is nothing to compare with; finish it first", dir)
	}
	own, err := os.Stat(dir)
	if err != nil {
		return record, err
	}
	if other, err := os.Stat(again); err == nil && os.SameFile(own, other) {
		return record, fmt.Errorf("%s is the run itself; name another folder for the replay", again)
	}
	return record, nil
}

// changed names the inputs of a run that another one has not.
func changed(r run.Record, other run.Record) (list []string) {
	held := func(f *run.DataFacts) run.DataFacts {
		if f == nil {
			return run.DataFacts{}
		}
		return *f
	}
	pairs := func(name string, mine, its run.DataFacts) {
		if mine.Tokens != its.Tokens {
			list = append(list, fmt.Sprintf("the %s have changed (%d pairs of %s then, %d of %s now)", name, mine.Pairs, mine.Source, its.Pairs, its.Source))
		}
	}
	if r.Model.Weights != other.Model.Weights {
		list = append(list, fmt.Sprintf("the model's weights have changed (%s)", other.Model.Path))
	}
	if r.Model.Tokenizer != other.Model.Tokenizer {
		list = append(list, fmt.Sprintf("the tokenizer has changed (%s)", other.Model.Path))
	}
	if r.Model.Adapter != other.Model.Adapter {
		list = append(list, fmt.Sprintf("the adapter that it starts from has changed (%s)", r.Config.InitAdapter))
	}
	pairs("training pairs", r.Train, other.Train)
	pairs("held-out pairs", held(r.HeldOut), held(other.HeldOut))
	return list
}

// elsewhere names what may change the bytes of a run whose inputs are the same.
func elsewhere(r run.Record, other run.Record) (list []string) {
	if r.Code != other.Code {
		list = append(list, fmt.Sprintf("the program is another one (%s then, %s now)", r.Code, other.Code))
	}
	if r.Backend != other.Backend {
		list = append(list, fmt.Sprintf("the backend is another one (%s then, %s now)", r.Backend, other.Backend))
	}
	return list
}

// times are the figures of a run that no other one repeats.
var times = regexp.MustCompile(`"(seconds|eval_runtime)": ?[0-9.eE+-]+`)

// sameFile says whether two files hold the same, but for times; a file that neither run has is the same.
func sameFile(one, other string) (bool, error) {
	first, err := os.ReadFile(one)
	second, otherErr := os.ReadFile(other)
	if missing, too := errors.Is(err, os.ErrNotExist), errors.Is(otherErr, os.ErrNotExist); missing || too {
		return missing && too, nil
	}
	if err = errors.Join(err, otherErr); err != nil {
		return false, err
	}
	if filepath.Ext(one) == ".safetensors" {
		return bytes.Equal(first, second), nil
	}
	return bytes.Equal(times.ReplaceAll(first, nil), times.ReplaceAll(second, nil)), nil
}

// FetchAgain reads the pairs of a run again, as its record names them. train and heldOut, where they are not empty, are
// where the training and the held-out pairs lie now. progress, which may be nil, is told of what is fetched.
func FetchData(ctx context.Context, r run.Record, train, heldOut string, progress hub.Progress) (dataset.Data, error) {
	if r.Data == nil {
		return dataset.Data{}, errors.New("the run's record does not say how its pairs were named: a program made them, or an earlier version of this one trained on them")
	}
	o := *r.Data
	if train != "" {
		o.Train = train
	}
	switch {
	case heldOut != "" && o.HeldOut == "":
		return dataset.Data{}, errors.New("the run held out no pairs of a set of their own: they are a share of the training pairs, or there are none")
	case heldOut != "":
		o.HeldOut = heldOut
	}
	data, err := dataset.Fetch(ctx, o.Train, o.HeldOut, o.Fraction, o.Seed, progress)
	if err != nil {
		return dataset.Data{}, err
	}
	if o.Flipped {
		data.Train = dataset.Flipped(data.Train)
		data.Origin.Flipped = true
	}
	if (data.Mix == nil) != (r.Mix == nil) {
		return dataset.Data{}, fmt.Errorf("the run's pairs were of the mix %s, and %s is of %s", r.Mix, o.Train, data.Mix)
	}
	if r.Mix != nil {
		data.Mix.By = r.Mix.By
	}
	data.Lineage = r.Lineage
	return data, nil
}
