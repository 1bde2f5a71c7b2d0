package sweeprun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/sweep"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/encode"
	"example.com/gonb-dpo/dpocore/model"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/dpocore/train"
)

// SweepListener is told what happens in a sweep, in order and from one goroutine.
type Listener interface {
	Run(number, of int, run sweep.Point) train.Listener  // a run's turn has come, counted from 1; who listens to its training
	Ended(run sweep.Point, state sweep.State, err error) // how its turn ended; err says why it failed
	Measuring(run sweep.Point, done, total int)    // rows of held-out pairs of a finished run
}

// sweeping is one process's part of a sweep.
type sweeping struct {
	model    *model.Model
	shared   *train.Shared
	dir      string
	data     dataset.Data
	held     encode.Examples
	listener Listener

	runs   []sweep.Point
	states map[string]sweep.State
	faults map[string]error
	noted  map[string]bool
	shown  []sweep.Run // the finished runs
}

// Sweep trains the runs of a grid, each an ordinary run in a folder of its own below dir, and compares them on the
// held-out pairs. A finished run is reused, a stopped one goes on; one that fails is told to the listener and stands in
// the record, and the others go on; one that another process holds is left to it. With gather nothing is trained: what is
// finished is compared. When the context ends, Sweep returns a *Stopped, and the same call goes on from there.
func Run(ctx context.Context, m *model.Model, dir string, s sweep.Grid, data dataset.Data, gather bool, listener Listener) (sweep.Record, error) {
	w := &sweeping{model: m, dir: dir, data: data, listener: listener, runs: s.Points(), states: map[string]sweep.State{}, faults: map[string]error{}, noted: map[string]bool{}}
	if err := w.open(s); err != nil {
		return sweep.Record{}, fmt.Errorf("sweep: %w", err)
	}
	w.shared = train.NewShared()
	defer m.Work.Finish(w.shared.Close)
	if err := w.train(ctx, gather); err != nil {
		return sweep.Record{}, err
	}
	record := sweep.Record{Sweep: s}
	var err error
	if record.Runs, record.Says, err = w.compare(); err != nil {
		return record, fmt.Errorf("sweep: %w", err)
	}
	return record, record.Write(dir)
}

func (w *sweeping) open(s sweep.Grid) (err error) {
	if err := s.Validate(); err != nil {
		return err
	}
	if w.data.HeldOut == nil || len(w.data.HeldOut.Pairs) == 0 {
		return errors.New("runs are compared on held-out pairs, and there are none; name a file of them or a share of the training pairs")
	}
	if w.held, err = w.model.Encoder(s.Config.MaxLength).Encode(w.data.HeldOut.Spread(train.MaxHeldOut)); err != nil {
		return err
	}
	return s.Begin(w.dir)
}

// train gives each run its turn, and those that another process held then a second one.
func (w *sweeping) train(ctx context.Context, gather bool) error {
	for round := range 2 {
		for i, run := range w.runs {
			if round > 0 && w.states[run.Name] != sweep.Elsewhere {
				continue
			}
			if err := w.turn(ctx, i, run, gather); err != nil {
				return err
			}
		}
	}
	return nil
}

// turn trains a run, or finds out why not. Its error is that of a sweep that was stopped.
func (w *sweeping) turn(ctx context.Context, i int, run sweep.Point, gather bool) error {
	if gather {
		record, _, err := run.ReadRecord(filepath.Join(w.dir, run.Name))
		if err != nil || !record.Finished {
			w.end(run, sweep.Waits, nil)
			return nil
		}
	}
	err := train.Run(ctx, train.Job{Model: w.model, Dir: filepath.Join(w.dir, run.Name), Config: run.Config, Data: w.data,
		Listener: onceListener{w.listener.Run(i+1, len(w.runs), run), w.noted}, Shared: w.shared})
	var stopped *train.Stopped
	switch {
	case err == nil:
		return w.finish(ctx, run)
	case errors.As(err, &stopped) || ctx.Err() != nil:
		return err
	case errors.Is(err, run.ErrInUse):
		w.end(run, sweep.Elsewhere, nil)
	default:
		w.end(run, sweep.Failed, err)
	}
	return nil
}

// finish takes in the held-out pairs of a finished run.
func (w *sweeping) finish(ctx context.Context, run sweep.Point) error {
	pairs, err := w.measured(ctx, run)
	if err != nil && ctx.Err() != nil {
		return err
	}
	shows, fault := sweep.Summarize(run.Name, pairs)
	if fault = cmp.Or(err, fault); fault != nil {
		w.end(run, sweep.Failed, fault)
		return nil
	}
	w.shown = append(w.shown, shows)
	w.end(run, sweep.Finished, nil)
	return nil
}

func (w *sweeping) end(run sweep.Point, state sweep.State, err error) {
	w.states[run.Name], w.faults[run.Name] = state, err
	w.listener.Ended(run, state, err)
}

// compare brings what is finished into the order of what matters, and lists the rest behind it.
func (w *sweeping) compare() (list []sweep.Result, says string, err error) {
	sweep.Sort(w.shown)
	for i := range w.shown {
		list = append(list, sweep.Result{Name: w.shown[i].Name, State: sweep.Finished, Shows: &w.shown[i]})
	}
	for _, run := range w.runs {
		if w.states[run.Name] != sweep.Finished {
			list = append(list, w.unfinished(run))
		}
	}
	advice, err := sweep.Advise(w.shown)
	return list, advice.Summary, err
}

// unfinished is the record of a run that can't be compared.
func (w *sweeping) unfinished(run sweep.Point) sweep.Result {
	swept := sweep.Result{Name: run.Name, State: w.states[run.Name]}
	if fault := w.faults[run.Name]; fault != nil {
		swept.Error = strings.TrimPrefix(fault.Error(), "train: ")
	}
	return swept
}

// onceListener hands each note on once: those on the pairs are the same for all runs.
type onceListener struct {
	Listener
	noted map[string]bool
}

func (l onceListener) Note(text string) {
	if !l.noted[text] {
		l.noted[text] = true
		l.Listener.Note(text)
	}
}
